"""`countersign connect` and `doctor` against the embedded CRM: both ways to sign in, and what goes wrong."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from domain.organisation import OrgKind, RuleKind
from gateways.crm.baseline import read_baseline
from gateways.crm.client import SalesforceSession
from gateways.crm.org_rules import rules_on
from gateways.crm.tokens import ClientCredentials
from localcrm.context import Access
from localcrm.options import Client
from localcrm.sample import seed
from localcrm.schema import DATA, Schema
from persistence.database import Database
from persistence.org_profiles import SqlOrgProfiles
from runtime.clock import SystemClock
from tests.cli.calling import PLAYBOOK, Shell
from tests.fakes.http_servers import Answer, Asked, PostServer, serving
from tests.localcrm.driving import READER, WRITER, Crm, SetClock, running

ORG = "00DLc0000000001MAA"
SECRET = "w-secret"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
USER = "integration.writer@acme-routing.example"
BEARER = Client("bearer", USER, Access.READ_WRITE, public_key=PUBLIC.decode())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crm]:
    path = tmp_path_factory.mktemp("crm") / "crm.db"
    seed(path, 7, datetime.now(UTC).date())
    with running(str(path), clients=(WRITER, READER, BEARER), clock=SystemClock().now) as crm:
        yield crm


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], sample: Crm) -> Shell:
    (tmp_path / "here").mkdir()
    found = Shell(tmp_path / "here", monkeypatch, capfd)
    found.given(
        COUNTERSIGN_PLAYBOOK_DIR=str(PLAYBOOK),
        COUNTERSIGN_CRM_INSTANCE_URL=sample.base,
        COUNTERSIGN_CRM_CLIENT_ID="writer",
        COUNTERSIGN_CRM_CLIENT_SECRET=SECRET,
    )
    return found


def key_file(shell: Shell, key: rsa.RSAPrivateKey = KEY) -> str:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return shell.write("writer.pem", pem)


def by_bearer(shell: Shell, *more: str, key: rsa.RSAPrivateKey = KEY) -> tuple[str, ...]:
    shell.given(COUNTERSIGN_CRM_CLIENT_SECRET="")
    return ("connect", "--client-id", "bearer", "--username", USER, "--key-file", key_file(shell, key), *more)


def everything(crm: Crm) -> list[object]:
    return [crm.client().query_all(f"SELECT Id, SystemModstamp FROM {name}")["records"] for name in ("Lead", "Task")]


def test_it_reads_decides_ten_leads_and_records_the_baseline(shell: Shell, sample: Crm) -> None:
    before = everything(sample)
    done = shell.call("connect", "--json")
    said = json.loads(done.out)
    assert (done.code, said["org"]["missing"]) == (0, []), done.err
    assert said["org"]["organisation"]["id"] == ORG
    assert len(said["leads"]) == 10
    assert sum("qualification" in lead for lead in said["leads"]) >= 8
    baseline = said["baseline"]
    assert baseline["days"] == 90
    assert 0 < baseline["touched"] <= baseline["sampled"] <= baseline["leads"]
    assert 0 < baseline["filled"]["Email"] <= baseline["leads"]
    database = Database(f"sqlite:///{shell.folder}/.countersign/countersign.db")
    profiles = SqlOrgProfiles(database)
    known, kept = profiles.get(ORG), profiles.baselines(ORG)
    database.close()
    assert known is not None
    assert known.kind is OrgKind.SANDBOX
    assert [b.model_dump(mode="json") for b in kept] == [baseline]
    assert everything(sample) == before


def test_jwt_bearer_signs_in_as_well(shell: Shell) -> None:
    done = shell.call(*by_bearer(shell, "--leads", "0", "--json"))
    assert done.code == 0, done.err
    assert json.loads(done.out)["org"]["organisation"]["sandbox"] is True


@pytest.mark.parametrize("grant", ["credentials", "bearer"])
def test_the_page_for_people_names_the_org_and_no_secret(shell: Shell, grant: str) -> None:
    done = shell.call(*(by_bearer(shell) if grant == "bearer" else ("connect",)))
    assert done.code == 0, done.err
    for words in (
        "sandbox org",
        "Standard lead assignment",
        "Decided on paper",
        "The last 90 days",
        "CRM_INSTANCE_URL",
    ):
        assert words in done.out, words
    pem = (shell.folder / "writer.pem").read_text() if grant == "bearer" else ""
    for secret in (SECRET, *pem.splitlines()[1:-1]):
        assert secret not in done.out + done.err


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"COUNTERSIGN_CRM_CLIENT_SECRET": "wrong-one"}, "the consumer secret is wrong"),
        ({"COUNTERSIGN_CRM_CLIENT_ID": "nobody"}, "the consumer key is unknown"),
        ({"COUNTERSIGN_CRM_CLIENT_SECRET": ""}, "COUNTERSIGN_CRM_CLIENT_SECRET is not set"),
        ({"COUNTERSIGN_CRM_INSTANCE_URL": "http://acme.example"}, "must start with https://"),
        ({"COUNTERSIGN_CRM_INSTANCE_URL": ""}, "COUNTERSIGN_CRM_INSTANCE_URL is not set"),
    ],
)
def test_what_is_wrong_and_what_to_do_about_it(shell: Shell, variables: dict[str, str], words: str) -> None:
    shell.given(**variables)
    done = shell.call("connect")
    assert done.code == 2
    assert words in done.line
    assert "wrong-one" not in done.line + done.out
    assert not (shell.folder / ".countersign").exists()


def test_another_private_key_is_refused_with_the_next_step(shell: Shell) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    done = shell.call(*by_bearer(shell, key=other))
    assert done.code == 2
    assert "the certificate belongs to the key" in done.line


@pytest.mark.parametrize(("content", "words"), [(b"no key", "no private key in PEM form"), (None, "cannot be read")])
def test_a_key_file_that_is_none(shell: Shell, content: bytes | None, words: str) -> None:
    if content is not None:
        shell.write("bad.pem", content)
    shell.given(COUNTERSIGN_CRM_CLIENT_SECRET="")
    done = shell.call("connect", "--client-id", "bearer", "--username", USER, "--key-file", "bad.pem")
    assert done.code == 2
    assert words in done.line


@pytest.mark.parametrize(
    ("key", "password", "words"),
    [
        (KEY, b"phrase", "is locked by a passphrase"),
        (ec.generate_private_key(ec.SECP256R1()), None, "is no RSA key"),
        (ed25519.Ed25519PrivateKey.generate(), None, "is no RSA key"),
    ],
)
def test_a_key_that_cannot_sign_is_named_before_anything_is_sent(
    shell: Shell, key: PrivateKeyTypes, password: bytes | None, words: str
) -> None:
    kept = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    shell.write("other.pem", key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, kept))
    shell.given(COUNTERSIGN_CRM_CLIENT_SECRET="")
    done = shell.call("connect", "--client-id", "bearer", "--username", USER, "--key-file", "other.pem")
    assert done.code == 2
    assert f"COUNTERSIGN_CRM_PRIVATE_KEY_FILE: other.pem {words}" in done.line


def test_what_was_pasted_with_blanks_around_it_signs_in(shell: Shell, sample: Crm) -> None:
    shell.given(COUNTERSIGN_CRM_INSTANCE_URL=f" {sample.base}/ ", COUNTERSIGN_CRM_CLIENT_ID="writer\t")
    done = shell.call("connect", "--leads", "0", "--json")
    assert done.code == 0, done.err


@pytest.mark.parametrize("command", ["connect", "doctor"])
def test_the_address_of_a_page_is_told_from_the_org(shell: Shell, sample: Crm, command: str) -> None:
    shell.given(COUNTERSIGN_CRM_INSTANCE_URL=f"{sample.base}/lightning/page/home")
    done = shell.call(command)
    assert "Next: give the address of the org alone, without a page behind it" in done.out + done.err


def test_an_org_without_our_metadata_is_told_what_it_lacks(shell: Shell, sample: Crm) -> None:
    """As the reader, who may write nothing."""
    shell.given(COUNTERSIGN_CRM_CLIENT_ID="reader", COUNTERSIGN_CRM_CLIENT_SECRET="r-secret")
    playbook = shell.folder / "playbook"
    playbook.mkdir()
    for file in PLAYBOOK.iterdir():
        if file.is_file():
            text = file.read_text().replace(ORG, "00D000000000009AAA") if file.suffix == ".yaml" else file.read_text()
            (playbook / file.name).write_text(text)
    done = shell.call("connect", "--leads", "0", "--playbook", "playbook", "--json")
    assert done.code == 1
    (missing,) = [m for m in json.loads(done.out)["org"]["missing"] if "the playbook is written for" in m]
    assert "00D000000000009AAA" in missing


def test_a_key_whose_user_the_org_does_not_know_is_missing(shell: Shell, sample: Crm) -> None:
    playbook = Path(shutil.copytree(PLAYBOOK, shell.folder / "playbook"))
    users = "{oriol: oriol.puig@acme-routing.example, lucia: lucia@left.example}"
    (playbook / "environments.yaml").write_text(f"environments: {{demo: {{org_id: {ORG}, users: {users}}}}}\n")
    done = shell.call("connect", "--leads", "0", "--playbook", "playbook", "--json")
    missing = json.loads(done.out)["org"]["missing"]
    assert [m for m in missing if "environments." in m] == [
        "environments.demo.users.lucia is lucia@left.example, and the org has no such user; "
        "correct it in the playbook (countersign playbook check --org names the line)"
    ]


def test_rules_of_every_kind_are_listed_and_others_left_out() -> None:
    with running(clients=(WRITER, READER), clock=SystemClock().now) as crm:

        def add(name: str, **fields: object) -> str:
            return str(crm.control("POST", f"{name}/add", {"fields": fields}).json()["id"])

        flow = {"ProcessType": "AutoLaunchedFlow", "TriggerType": "RecordAfterSave", "IsActive": True}
        lead = {"TriggerObjectOrEventLabel": "Lead", "TriggerObjectOrEventId": "Lead"}
        add(
            "FlowDefinitionView",
            ApiName="Rate",
            Label="Rate leads",
            RecordTriggerType="CreateAndUpdate",
            **flow,
            **lead,
        )
        add("FlowDefinitionView", ApiName="Old", Label="Old", **{**flow, "IsActive": False}, **lead)
        add("FlowDefinitionView", ApiName="Other", Label="Other", **flow, TriggerObjectOrEventLabel="Contract")
        add("ApexTrigger", Name="LeadGuard", TableEnumOrId="Lead", Status="Active", UsageBeforeUpdate=True)
        add("ApexTrigger", Name="Gone", TableEnumOrId="Lead", Status="Inactive", UsageBeforeUpdate=True)
        session = SalesforceSession(ClientCredentials(crm.base, "reader", "r-secret"), SystemClock())
        entity = session.rows("SELECT Id FROM EntityDefinition WHERE QualifiedApiName = 'Lead'", tooling=True)[0]["Id"]
        add(
            "ValidationRule",
            ValidationName="Phone_needed",
            EntityDefinitionId=entity,
            ErrorMessage="A phone number, please.",
            Active=True,
        )
        rules, notes = rules_on(session, ("Lead", "Task"))
        assert notes == ()
        assert [(r.kind, r.name) for r in rules] == [
            (RuleKind.TRIGGER, "LeadGuard"),
            (RuleKind.ASSIGNMENT, "Standard lead assignment"),
            (RuleKind.DUPLICATE, "Standard Lead Duplicate Rule"),
            (RuleKind.FLOW, "Rate leads"),
            (RuleKind.VALIDATION, "Phone_needed"),
        ]
        assert {r.object for r in rules} == {"Lead"}


def test_a_kind_of_rule_that_may_not_be_read_is_noted(monkeypatch: pytest.MonkeyPatch, sample: Crm) -> None:
    session = SalesforceSession(ClientCredentials(sample.base, "reader", "r-secret"), SystemClock())
    session.user_id()
    sample.control("POST", "faults", {"kind": "limit", "match": "tooling"})
    rules, notes = rules_on(session, ("Lead",))
    assert RuleKind.VALIDATION not in {r.kind for r in rules}
    (note,) = notes
    assert note.startswith("validation rules cannot be read")


def test_the_baseline_counts_what_people_did(sample: Crm) -> None:
    with running(clients=(WRITER, READER), clock=SystemClock().now) as crm:

        def add(name: str, **fields: object) -> str:
            return str(crm.control("POST", f"{name}/add", {"fields": fields}).json()["id"])

        touched, _, converted = (add("Lead", LastName=n, Company=n, Email=f"{n}@x.example") for n in ("a", "b", "c"))
        add("Task", Subject="Call", WhoId=touched)
        crm.client().Task.create({"Subject": "ours", "WhoId": converted})
        crm.control("POST", f"lead/{converted}/convert", {})
        session = SalesforceSession(ClientCredentials(crm.base, "writer", "w-secret"), SystemClock())
        found = read_baseline(session, SystemClock(), ORG)
        assert (found.leads, found.converted, found.sampled, found.touched) == (3, 1, 3, 1)
        assert found.median_hours_to_first_activity is not None
        assert (found.filled["Email"], found.filled["Phone"]) == (3, 0)


def test_doctor_lists_what_acts_in_the_org(shell: Shell) -> None:
    done = shell.call("doctor")
    assert "signed in to" in done.out
    assert "Lead: assignment rule “Standard lead assignment”" in done.out
    assert "the ledger, our fields and the right to write them are there" in done.out


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "every e-mail to a lead is refused"),
        ({"COUNTERSIGN_SANDBOX_MAIL_TO": "qa@acme.example, acme.example"}, "acme.example reaches nobody"),
        ({"COUNTERSIGN_SANDBOX_MAIL_SINK": "qa@acme@example"}, "qa@acme@example is no address"),
        ({"COUNTERSIGN_SANDBOX_MAIL_TO": "@acme.example", "COUNTERSIGN_SANDBOX_MAIL_SINK": "qa@acme.example"}, ""),
    ],
)
def test_doctor_says_what_a_sandbox_does_with_email(shell: Shell, variables: dict[str, str], words: str) -> None:
    shell.given(COUNTERSIGN_SMTP_HOST="127.0.0.1", **variables)
    told = [line for line in shell.call("doctor").out.splitlines() if line.startswith("! ")]
    mail = [line for line in told if "SANDBOX_MAIL" in line]
    assert bool(mail) is bool(words)
    assert all(words in line for line in mail)


@pytest.fixture
def as_it_comes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sample: Crm) -> Iterator[Crm]:
    """The sample org before anything of ours was deployed, and without the objects that not every org has."""
    extras = {"Individual", "VoiceCall", "Case", "ObjectTerritory2Association"}
    kept = [o for o in DATA if not (o.custom or o.name in extras or o.name.startswith(("ContactPoint", "Territory2")))]
    known = {o.name for o in kept}
    objects = [
        replace(o, own_fields=tuple(f for f in o.own_fields if not f.custom and set(f.refers) <= known)) for o in kept
    ]
    monkeypatch.setattr("localcrm.service.DATA", Schema(objects))
    path = tmp_path / "bare.db"
    seed(path, 7, datetime.now(UTC).date())
    with running(str(path), clients=(WRITER, READER), clock=SystemClock().now) as crm:
        yield crm


def test_leads_of_an_org_as_it_comes_are_decided_as_well(shell: Shell, as_it_comes: Crm) -> None:
    shell.given(COUNTERSIGN_CRM_INSTANCE_URL=as_it_comes.base)
    before = everything(as_it_comes)
    done = shell.call("connect", "--leads", "5", "--json")
    said = json.loads(done.out)
    assert done.code == 1
    assert [lead.get("stopped") for lead in said["leads"]] == [None] * 5
    missing = "\n".join(said["org"]["missing"])
    for words in (
        "there is no Agent_Write__c",
        "Lead lacks Agent_Band__c",
        "User lacks Team__c, Languages__c, which is read",
        "there is no Contact.IndividualId, ContactPointTypeConsent, Individual, Lead.IndividualId to read",
        "Data Protection and Privacy",
    ):
        assert words in missing, words
    assert everything(as_it_comes) == before
    assert said["baseline"]["leads"] > 0


def test_an_org_that_keeps_nobody_beside_its_leads_is_no_finding_where_the_playbook_says_so(
    shell: Shell, as_it_comes: Crm, tmp_path: Path
) -> None:
    playbook = without_individuals(tmp_path)
    shell.given(COUNTERSIGN_CRM_INSTANCE_URL=as_it_comes.base, COUNTERSIGN_PLAYBOOK_DIR=str(playbook))
    said = json.loads(shell.call("connect", "--leads", "2", "--json").out)["org"]
    assert not [sentence for sentence in said["missing"] if "Individual" in sentence]
    assert [note for note in said["notes"] if "keeps no Individual and no ContactPointTypeConsent" in note]


def test_a_playbook_that_denies_what_the_org_keeps_is_a_finding(shell: Shell, tmp_path: Path) -> None:
    shell.given(COUNTERSIGN_PLAYBOOK_DIR=str(without_individuals(tmp_path)))
    done = shell.call("doctor")
    assert done.code == 1
    assert "keeps no Individual, ContactPointTypeConsent, and it does" in done.out
    assert "consent.keeps_individuals" in done.out


def without_individuals(tmp_path: Path) -> Path:
    playbook = tmp_path / "playbook"
    shutil.copytree(PLAYBOOK, playbook)
    consent = playbook / "consent.yaml"
    said = consent.read_text("utf-8")
    assert "keeps_individuals: true" in said
    consent.write_text(said.replace("  keeps_individuals: true", "  keeps_individuals: false"), "utf-8")
    return playbook


def test_the_other_readings_of_an_org_as_it_comes(shell: Shell, as_it_comes: Crm) -> None:
    shell.given(COUNTERSIGN_CRM_INSTANCE_URL=as_it_comes.base)
    checked = shell.call("playbook", "check", "--org", str(PLAYBOOK))
    assert "No such column" not in checked.out + checked.err
    replayed = shell.call("backtest", "--limit", "5")
    assert replayed.code == 0, replayed.err
    drafted = shell.call("playbook", "init", "drafted", "--from-org")
    assert drafted.code == 0, drafted.err


def test_who_may_only_read_is_told_what_it_may_not_write(shell: Shell) -> None:
    shell.given(COUNTERSIGN_CRM_CLIENT_ID="reader", COUNTERSIGN_CRM_CLIENT_SECRET="r-secret")
    done = shell.call("connect", "--leads", "2", "--json")
    said = json.loads(done.out)
    assert done.code == 1
    assert all("qualification" in lead for lead in said["leads"])
    missing = said["org"]["missing"]
    assert "the integration user may not create Agent_Write__c; assign the permission set for writing" in missing
    assert any(m.startswith("the integration user may not write Lead.") for m in missing)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://acme--uat.sandbox.lightning.force.com", "the address is https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme.my.salesforce-setup.com", "the address is https://acme.my.salesforce.com"),
        ("https://test.salesforce.com", "does not serve client credentials; give the org's My Domain"),
        ("http://127.0.0.1:1", "Next: see that this is the org's My Domain"),
        ("https://[::1", "the CRM address 'https://[::1' is none"),
        ("https://ada:hush@acme.my.salesforce.com", "the CRM address must not carry a login"),
    ],
)
def test_an_address_that_is_not_the_apis(shell: Shell, address: str, words: str) -> None:
    shell.given(COUNTERSIGN_CRM_INSTANCE_URL=address)
    done = shell.call("connect")
    assert done.code == 2
    assert words in done.line
    assert "hush" not in done.line


def test_what_was_found_before_the_calls_were_used_up_is_shown(shell: Shell, sample: Crm) -> None:
    sample.control("POST", "faults", {"kind": "limit", "match": "composite", "contains": "LAST_N_DAYS"})
    done = shell.call("connect", "--leads", "1")
    assert done.code == 2
    assert "sandbox org" in done.out
    assert "Decided on paper" in done.out
    assert "Next: the org's API calls of the last 24 hours are used up" in done.err
    assert sample.control("GET", "faults").json() == []


def test_an_org_without_leads_is_no_failure(shell: Shell) -> None:
    with running(clients=(WRITER,), clock=SystemClock().now) as crm:
        shell.given(COUNTERSIGN_CRM_INSTANCE_URL=crm.base)
        done = shell.call("connect", "--json")
    said = json.loads(done.out)
    baseline = said["baseline"]
    assert (said["leads"], baseline["leads"], baseline["median_hours_to_first_activity"]) == ([], 0, None)


def test_the_activities_of_a_converted_lead_count_for_it() -> None:
    """They hang on the contact that it became, beside those the contact had before."""
    clock = SetClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    with running(clients=(WRITER, READER), clock=clock, assignment_rules=False) as crm:

        def add(name: str, **fields: object) -> str:
            return str(crm.control("POST", f"{name}/add", {"fields": fields}).json()["id"])

        fast, slow = (add("Lead", LastName=n, Company=n) for n in ("fast", "slow"))
        clock.forward(3600)
        add("Task", Subject="Call", WhoId=fast)
        clock.forward(3 * 3600)
        add("Event", Subject="Visit", WhoId=slow, StartDateTime="2026-03-02T13:00:00Z")
        add("Task", Subject="Call again", WhoId=fast)
        crm.control("POST", f"lead/{fast}/convert", {})
        session = SalesforceSession(ClientCredentials(crm.base, "writer", "w-secret"), SystemClock())
        found = read_baseline(session, SystemClock(), ORG)
    assert (found.leads, found.converted, found.touched) == (2, 1, 2)
    # After 1 h and after 4 h.
    assert found.median_hours_to_first_activity == pytest.approx(2.5)


class Refusing(PostServer):
    """Refuses everything with one answer, the sign-in as well unless told otherwise."""

    def __init__(self, refusal: Answer, *, signs_in: bool) -> None:
        super().__init__()
        self._refusal = refusal
        self._signs_in = signs_in

    def answer(self, asked: Asked) -> Answer:
        if self._signs_in and asked.path.endswith("/oauth2/token"):
            return Answer(body=json.dumps({"access_token": "00D!x", "instance_url": self.url}).encode())
        return self._refusal


@pytest.mark.parametrize(
    ("status", "said", "words"),
    [
        (
            400,
            {"error": "invalid_grant", "error_description": "ip restricted"},
            "to the IP ranges",
        ),
        (400, {"error": "invalid_grant", "error_description": "request not supported on this domain"}, "My Domain"),
        (400, {"error": "invalid_grant", "error_description": "audience is invalid"}, "COUNTERSIGN_CRM_AUDIENCE"),
        (400, {"error": "invalid_grant", "error_description": "user hasn't approved this consumer"}, "approve the app"),
        (400, {"error": "invalid_app_access", "error_description": "user is not admin approved"}, "permission set"),
        (400, {"error": "inactive_user", "error_description": "user is inactive"}, "activate the integration user"),
        (403, [{"errorCode": "API_CURRENTLY_DISABLED", "message": "API is disabled for this User"}], "API Enabled"),
        (403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": "The REST API is not enabled"}], "Enterprise Edition"),
    ],
)
def test_what_salesforce_says_is_followed_by_what_to_do(shell: Shell, status: int, said: object, words: str) -> None:
    """Sign-in answers with an object, the API with a list."""
    server = Refusing(Answer(status=status, body=json.dumps(said).encode()), signs_in=isinstance(said, list))
    with serving(server):
        shell.given(COUNTERSIGN_CRM_INSTANCE_URL=server.url)
        done = shell.call("connect")
    assert done.code == 2
    assert words in done.line.split("Next: ")[1]
    assert not (shell.folder / ".countersign").exists()


def test_a_production_org_is_named_as_one(shell: Shell) -> None:
    with running(clients=(WRITER,), clock=SystemClock().now) as crm:
        with crm.service.store.transaction() as tx:
            organisations = crm.service.store.schema.get("Organization")
            tx.update(organisations, str(tx.find(organisations, "1")[0]["Id"]), {"IsSandbox": False})
        shell.given(COUNTERSIGN_CRM_INSTANCE_URL=crm.base)
        done = shell.call("connect", "--leads", "0")
    assert "is a production org" in done.out
    assert "This command only reads. Try writing in a sandbox first." in done.out
