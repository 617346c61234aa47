"""The enrichment providers of this installation. What is asked, and who is believed, is the playbook's to say.

When do you need to touch this? When a provider is added.
"""

from datetime import timedelta

from domain.errors import InputError
from domain.ports import Enricher
from gateways.enrichment.crm import CrmEnricher
from gateways.enrichment.firmographics import FirmographicsEnricher
from gateways.enrichment.outside import KEEP_FOR, CompanyProvider, OutsideEnricher, SwitchedOff
from gateways.enrichment.people_data_labs import PeopleDataLabs
from gateways.enrichment.website_signals import SIGNALS as WEBSITE_SIGNALS
from persistence.enrichment import SqlSignalCache
from runtime.settings import EnrichmentSettings, PlaybookSettings
from workers.stores import Stores


def enrichers(settings: EnrichmentSettings, playbook: PlaybookSettings, stores: Stores) -> tuple[Enricher, ...]:
    """Every provider that a playbook may name; those that are not set up say so. Raises `InputError`."""
    return (
        CrmEnricher(),
        FirmographicsEnricher(playbook.firmographics_file or playbook.playbook_dir / "firmographics.csv"),
        _outside(_website(settings), stores)
        if settings.web_enrichment
        else SwitchedOff("website", WEBSITE_SIGNALS, "switched off; set COUNTERSIGN_WEB_ENRICHMENT=true"),
        _outside(PeopleDataLabs(settings.pdl_api_key, settings.pdl_base_url), stores)
        if settings.pdl_api_key.get_secret_value()
        else SwitchedOff(PeopleDataLabs.name, PeopleDataLabs.signals, "no key; set COUNTERSIGN_PDL_API_KEY"),
    )


def _website(settings: EnrichmentSettings) -> CompanyProvider:
    try:
        from gateways.enrichment.fetching import SiteFetcher
        from gateways.enrichment.website import WebsiteProvider
    except ModuleNotFoundError as missing:
        raise InputError(
            f"COUNTERSIGN_WEB_ENRICHMENT is on and {missing.name} is not installed; run pip install 'countersign[web]'"
        ) from None
    return WebsiteProvider(SiteFetcher(settings.web_user_agent))


def _outside(provider: CompanyProvider, stores: Stores) -> Enricher:
    def keep_for() -> timedelta:
        for name, seconds in stores.playbooks.current().enrichment.keep_for.items():
            if name == provider.name:
                return timedelta(seconds=seconds)
        return KEEP_FOR

    return OutsideEnricher(provider, SqlSignalCache(stores.db), keep_for)
