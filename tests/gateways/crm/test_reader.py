"""Reading from a real server: who is found, what a snapshot holds, and at what cost."""

from typing import Any

import pytest

from domain.errors import CrmError, ErrorCode
from domain.leads import CrmRecord
from domain.naming import web_host
from gateways.crm.company import best_account, company_key
from gateways.crm.field_rules import FieldRules
from gateways.crm.fields import ReadFields
from gateways.crm.optional import Rows
from gateways.crm.reader import SalesforceReader
from gateways.crm.soql import Children, children
from tests.fakes.examples import inquiry
from tests.gateways.crm.world import START, World


def ids(records: tuple[CrmRecord, ...], object_name: str) -> set[str]:
    return {record.id for record in records if record.object == object_name}


class TestCandidates:
    def found(self, world: World, **said: Any) -> tuple[CrmRecord, ...]:
        nobody = {"email": "", "company": "", "last_name": "", "first_name": "", "phone": ""}
        return world.reader.candidates(inquiry(**{**nobody, **said}))

    def test_people_by_their_address_in_any_case(self, world: World) -> None:
        contact = world.add("Contact", LastName="Byron", Email="ada@engines.example")
        found = self.found(world, email="Ada@Engines.Example")
        assert (ids(found, "Lead"), ids(found, "Contact")) == ({world.lead}, {contact})

    def test_accounts_by_domain_however_it_is_spelled(self, world: World) -> None:
        accounts = {
            world.add("Account", Name=f"Firm {n}", Website=site)
            for n, site in enumerate(("engines.example", "https://www.engines.example/", "http://engines.example"))
        }
        world.add("Account", Name="Other", Website="notengines.example")
        assert ids(self.found(world, email="x@engines.example"), "Account") == accounts

    def test_accounts_by_the_beginning_of_their_name(self, world: World) -> None:
        account = world.add("Account", Name="Analytical Engines GmbH")
        world.add("Account", Name="The Analytical Engines")
        assert ids(self.found(world, company="Analytical Engines"), "Account") == {account}

    @pytest.mark.parametrize(
        ("listed", "written"),
        [
            ("Severny Veter LLC", "ООО «Северный Ветер»"),
            ("Nafpigeia Aigeos S.A.", "Ναυπηγεία Αιγέως"),
            ("Sakura Tekku K.K.", "株式会社サクラテック"),
            ("IFM Inc.", "International Ferrovia Manufacturing"),
            ("Falkenried Group AG", "The Falkenried Group"),
            ("O'Hara Muller", "O'Hara Müller GmbH"),
        ],
    )
    def test_accounts_that_are_listed_in_another_spelling(self, world: World, listed: str, written: str) -> None:
        account = world.add("Account", Name=listed)
        world.add("Account", Name="Zentrum Zwei")
        world.reset_calls()
        assert ids(self.found(world, company=written), "Account") == {account}
        assert world.calls() == 1

    def test_people_whose_name_and_company_are_listed_in_latin_letters(self, world: World) -> None:
        lead = world.add("Lead", LastName="Shcherbakov", Company="Severny Veter")
        found = self.found(world, last_name="Щербаков", company="ООО «Северный Ветер»")
        assert ids(found, "Lead") == {lead}

    @pytest.mark.parametrize("company", ["50% off", "O'Hara", "a_b\\", "x' OR Name LIKE '%"])
    def test_what_people_write_is_data(self, world: World, company: str) -> None:
        account = world.add("Account", Name=company)
        assert ids(self.found(world, company=company), "Account") == {account}

    def test_somebody_of_the_same_name_at_the_company(self, world: World) -> None:
        world.add("Lead", LastName="Byron", Company="Somewhere else")
        assert ids(self.found(world, last_name="Byron", company="Analytical Engines"), "Lead") == {world.lead}

    def test_by_phone(self, world: World) -> None:
        lead = world.add("Lead", LastName="Hopper", Company="Cobol", Phone="+44 20 1")
        assert ids(self.found(world, phone="+44 20 1"), "Lead") == {lead}

    def test_by_the_id_that_the_sender_knows(self, world: World) -> None:
        assert ids(self.found(world, lead_id=world.lead), "Lead") == {world.lead}

    def test_a_public_mail_host_finds_no_company(self, world: World) -> None:
        world.add("Account", Name="Mail", Website="gmail.com")
        assert ids(self.found(world, email="ada@gmail.com"), "Account") == set()

    def test_namesakes_never_crowd_out_the_address(self, world: World) -> None:
        for _ in range(12):
            world.add("Lead", LastName="Byron", Company="Analytical Engines")
        found = self.found(world, email="ada@engines.example", last_name="Byron", company="Analytical Engines")
        assert world.lead in ids(found, "Lead")
        assert len(found) <= 60

    def test_it_takes_one_call_and_none_where_nothing_was_said(self, world: World) -> None:
        self.found(world, email="ada@engines.example", last_name="Byron", company="Engines", phone="1")
        assert world.calls() == 1
        world.reset_calls()
        assert self.found(world) == ()
        assert world.calls() == 0

    def test_an_account_that_is_kept_in_cyrillic_where_the_country_says_so(self, world: World) -> None:
        kept = world.add("Account", Name="ООО «Северный Ветер»")
        asked = {"company": "Severny Veter LLC", "email": "ivan@mail.example"}
        assert ids(self.found(world, **asked, country="RU"), "Account") == {kept}
        assert ids(self.found(world, **{**asked, "email": "ivan@mail.ru"}, country=""), "Account") == {kept}
        assert ids(self.found(world, **asked, country="ES"), "Account") == set()
        world.edit(world.lead, Company="Severny Veter LLC", Website=None, Email="ivan@mail.ru", Country="Russia")
        account = world.reader.snapshot(world.lead).account
        assert account is not None
        assert account.id == kept


class TestSnapshot:
    def test_everything_around_a_lead(self, world: World) -> None:
        account = world.add("Account", Name="Analytical Engines", Website="engines.example", OwnerId=world.tom)
        deal = world.add(
            "Opportunity", Name="Seats", AccountId=account, StageName="Prospecting", CloseDate="2026-06-01"
        )
        world.add("Opportunity", Name="Old", AccountId=account, StageName="Closed Won", CloseDate="2025-06-01")
        contact = world.add("Contact", LastName="Byron", Email="ada@engines.example", AccountId=account)
        person = world.add("Individual", LastName="Byron", HasOptedOutSolicit=True)
        world.edit(world.lead, IndividualId=person)
        consent = world.add(
            "ContactPointTypeConsent",
            Name="Mail",
            PartyId=person,
            ContactPointType="Email",
            PrivacyConsentStatus="OptIn",
        )
        task = world.add("Task", Subject="Call", WhoId=world.lead)
        event = world.add(
            "Event", Subject="Demo", StartDateTime="2026-03-03T09:00:00Z", DurationInMinutes=30, WhoId=world.lead
        )
        email = world.email(Subject="Hello")
        snapshot = world.reader.snapshot(world.lead)
        assert snapshot.lead is not None
        assert snapshot.lead.text("Email") == "ada@engines.example"
        assert snapshot.lead.modified_at == world.crm.clock.now
        assert (snapshot.account and snapshot.account.id, snapshot.contact and snapshot.contact.id) == (
            account,
            contact,
        )
        assert [o.id for o in snapshot.opportunities] == [deal]
        assert {a.id for a in snapshot.activities} == {task, event, email}
        assert [c.id for c in snapshot.consents] == [consent]
        assert snapshot.individual is not None
        assert snapshot.individual.flag("HasOptedOutSolicit")
        assert snapshot.owner is not None
        assert (snapshot.owner.object, snapshot.owner.text("DeveloperName")) == ("Group", "Inbound")
        assert {world.ines, world.tom} <= {u.id for u in snapshot.users}
        assert [q.id for q in snapshot.queues] == [world.queue]
        assert snapshot.open_leads_by_owner == {world.queue: 1}
        assert snapshot.taken_at == world.crm.clock.now

    def test_an_org_with_more_owners_than_one_answer_holds_is_read(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Groups have no second page, so an org refuses those that do not fit one."""
        monkeypatch.setattr("localcrm.query.PAGE_SIZE", 1)
        monkeypatch.setattr("gateways.crm.directory.MAX_OWNERS", 1)
        for _ in range(2):
            world.add("Lead", LastName="x", Company="y", OwnerId=world.ines)
        assert world.reader.snapshot(world.lead).open_leads_by_owner == {world.ines: 2}

    def test_two_calls_at_first_and_one_where_the_company_is_known(self, world: World) -> None:
        reader = SalesforceReader(world.new_session("reader"), world.clock)
        reader.queues()
        world.reset_calls()
        first = reader.snapshot(world.lead)
        assert world.calls() == 2
        assert reader.snapshot(world.lead) == first
        assert world.calls() == 3

    def test_one_call_is_enough_for_cases_calls_and_consent_by_address(self, world: World) -> None:
        contact = world.add("Contact", LastName="Byron", Email="ada@engines.example")
        point = world.add("ContactPointEmail", EmailAddress="ada@engines.example")
        around = {
            world.add("Case", Subject="Late", ContactId=contact),
            world.add("VoiceCall", CallType="Inbound", RelatedRecordId=world.lead),
            world.add("ContactPointConsent", Name="no", ContactPointId=point, PrivacyConsentStatus="OptOut"),
            world.email(Subject="Hello"),
            world.add("Task", Subject="Call", WhoId=world.lead),
        }
        world.reader.candidates(inquiry(email="ada@engines.example"))
        world.reader.queues()
        world.reset_calls()
        found = world.reader.snapshot(world.lead)
        assert world.calls() == 1
        assert {r.id for r in (*found.activities, *found.conversations, *found.consents)} == around
        assert found == SalesforceReader(world.new_session("reader"), world.clock).snapshot(world.lead)

    def test_a_person_tied_to_the_lead_after_it_was_seen_is_asked_for_consent(self, world: World) -> None:
        world.reader.snapshot(world.lead)
        person = world.add("Individual", LastName="Byron")
        consent = world.add("ContactPointTypeConsent", Name="no", PartyId=person, PrivacyConsentStatus="OptOut")
        world.edit(world.lead, IndividualId=person)
        for calls in (2, 2):
            world.reset_calls()
            assert [c.id for c in world.reader.snapshot(world.lead).consents] == [consent]
            assert world.calls() <= calls

    def test_consent_is_that_of_the_address_which_the_lead_has_now(self, world: World) -> None:
        points = {}
        for address, said in (("ada@engines.example", "OptIn"), ("ada@new.example", "OptOut")):
            point = world.add("ContactPointEmail", EmailAddress=address)
            points[address] = world.add(
                "ContactPointConsent", Name=said, ContactPointId=point, PrivacyConsentStatus=said
            )
        assert [c.id for c in world.reader.snapshot(world.lead).consents] == [points["ada@engines.example"]]
        world.edit(world.lead, Email="ada@new.example")
        assert [c.id for c in world.reader.snapshot(world.lead).consents] == [points["ada@new.example"]]
        world.edit(world.lead, Email=None)
        assert world.reader.snapshot(world.lead).consents == ()

    def test_an_e_mail_to_two_addresses_of_the_lead_comes_once_and_one_to_others_not(self, world: World) -> None:
        mail = world.email(Subject="Hello")
        world.add("EmailMessageRelation", EmailMessageId=mail, RelationId=world.lead, RelationType="CcAddress")
        world.email(Subject="Not hers", about=world.add("Lead", LastName="Hopper", Company="Cobol"))
        assert [a.id for a in world.reader.snapshot(world.lead).activities] == [mail]

    @pytest.mark.parametrize("closed", ["EmailMessage", "Case"])
    def test_an_org_without_such_rows_is_read_without_and_asked_once(self, world: World, closed: str) -> None:
        contact = world.add("Contact", LastName="Byron", Email="ada@engines.example")
        world.add("Case", Subject="Late", ContactId=contact)
        world.email(Subject="Hello")
        fields = ReadFields(by_object={**ReadFields().by_object, closed: ("NoSuchField__c",)})
        reader = SalesforceReader(world.new_session("reader"), world.clock, fields)
        reader.queues()
        found = reader.snapshot(world.lead)
        kinds = {r.object for r in (*found.activities, *found.conversations)}
        assert kinds == {"EmailMessage", "Case"} - {closed}
        assert found.contact is not None
        world.reset_calls()
        assert reader.snapshot(world.lead) == found
        assert world.calls() == 1

    def test_a_field_that_the_org_lacks_is_no_matter_of_optional_rows(self, world: World) -> None:
        fields = ReadFields(by_object={**ReadFields().by_object, "Lead": ("NoSuchField__c",)})
        reader = SalesforceReader(world.new_session("reader"), world.clock, fields)
        for _ in range(2):
            with pytest.raises(CrmError) as refused:
                reader.snapshot(world.lead)
            assert "NoSuchField__c" in refused.value.detail

    def test_what_the_read_fields_take_is_asked_once(self, world: World) -> None:
        session = world.new_session("reader")
        reader = SalesforceReader(session, world.clock, rules=FieldRules(session, world.clock))
        facts = reader.snapshot(world.lead).field_facts["Lead"]
        assert "Hot" in facts["Rating"].options
        assert facts["NumberOfEmployees"].kind == "int"
        assert facts["Company"].length > 0
        reader.snapshot(world.lead)
        world.reset_calls()
        reader.snapshot(world.lead)
        assert world.calls() <= 2

    def test_one_call_after_the_match_and_a_wrong_guess_is_corrected(self, world: World) -> None:
        world.reader.candidates(inquiry(email="ada@engines.example"))
        world.reader.queues()
        account = world.add("Account", Name="New name", Website="new.example")
        world.edit(world.lead, Email="ada@new.example", Company="New name", Website=None)
        world.reset_calls()
        snapshot = world.reader.snapshot(world.lead)
        assert snapshot.account is not None
        assert snapshot.account.id == account
        assert world.calls() == 2

    def test_owners_are_asked_for_once_a_minute(self, world: World) -> None:
        world.reader.queues()
        world.reset_calls()
        world.reader.queues()
        assert world.calls() == 0
        later = world.add("Group", Name="Later", Type="Queue")
        world.crm.clock.forward(61)
        assert later in {q.id for q in world.reader.queues()}

    def test_without_a_lead_it_knows_the_owners(self, world: World) -> None:
        snapshot = world.reader.snapshot("")
        assert snapshot.lead is None
        assert [q.id for q in snapshot.queues] == [world.queue]

    def test_a_deleted_lead_says_so(self, world: World) -> None:
        world.crm.client().Lead.delete(world.lead)
        lead = world.reader.snapshot(world.lead).lead
        assert lead is not None
        assert lead.flag("IsDeleted")

    def test_a_merged_lead_names_its_survivor(self, world: World) -> None:
        survivor = world.add("Lead", LastName="Byron", Company="Analytical Engines")
        world.crm.control("POST", f"Lead/{world.lead}/merge_into/{survivor}", {})
        lead = world.reader.snapshot(world.lead).lead
        assert lead is not None
        assert lead.text("MasterRecordId") == survivor

    @pytest.mark.parametrize(
        "lead_id", ["00Q000000000099", "00Q000000000099AAB", "00Q", "003000000000001AAA", "x' OR Id != '"]
    )
    def test_a_lead_that_does_not_exist(self, world: World, lead_id: str) -> None:
        with pytest.raises(CrmError) as missing:
            world.reader.snapshot(lead_id)
        assert missing.value.code is ErrorCode.CRM_RECORD_MISSING

    def test_an_owner_who_left_is_known_to_be_inactive(self, world: World) -> None:
        world.edit(world.lead, OwnerId=world.tom)
        world.edit(world.tom, object_name="User", IsActive=False)
        owner = world.reader.snapshot(world.lead).owner
        assert owner is not None
        assert (owner.id, owner.text("Name"), owner.fields["IsActive"]) == (world.tom, "Baker", False)

    def test_a_field_that_the_org_lacks_is_named(self, world: World) -> None:
        fields = ReadFields().with_extra({"Lead": {"Shoe_Size__c"}})
        reader = SalesforceReader(world.new_session("reader"), world.clock, fields)
        with pytest.raises(CrmError) as lacking:
            reader.snapshot(world.lead)
        assert lacking.value.code is ErrorCode.CRM_FORBIDDEN
        assert "Shoe_Size__c" in lacking.value.detail


def account(record_id: str, name: str, website: str = "") -> CrmRecord:
    return CrmRecord(object="Account", id=record_id, fields={"Name": name, "Website": website}, modified_at=START)


class TestBestAccount:
    key = company_key("ada@engines.example", "", "Analytical Engines")

    def test_two_with_the_domain_and_no_better_sign_is_nobody(self) -> None:
        pair = (account("1", "A", "engines.example"), account("2", "B", "www.engines.example"))
        assert best_account(pair, self.key, ()) is None

    def test_the_name_decides_between_two_with_the_domain(self) -> None:
        pair = (account("1", "A", "engines.example"), account("2", "analytical  engines", "engines.example"))
        found = best_account(pair, self.key, ())
        assert found is not None
        assert found.id == "2"

    def test_the_same_name_under_another_domain_is_for_a_person(self) -> None:
        assert best_account((account("1", "Analytical Engines", "engines.test"),), self.key, ()) is None

    def test_the_same_name_is_enough_where_no_domain_is_known(self) -> None:
        alone = account("1", "Analytical Engines")
        assert best_account((alone,), self.key, ()) == alone
        named = company_key("ada@gmail.com", "", "Analytical Engines")
        assert best_account((account("1", "Analytical Engines", "engines.test"),), named, ()) is not None

    def test_a_longer_name_is_another_company(self) -> None:
        assert best_account((account("1", "Analytical Engines Holding"),), self.key, ()) is None

    @pytest.mark.parametrize(
        ("website", "host"),
        [
            ("https://www.Engines.example/en?x=1", "engines.example"),
            ("engines.example", "engines.example"),
            ("//engines.example:8080", "engines.example"),
            ("", ""),
            ("not a host[", ""),
        ],
    )
    def test_web_hosts(self, website: str, host: str) -> None:
        assert web_host(website) == host


class TestGroups:
    def test_members_of_queues_and_groups_through_groups_within(self, world: World) -> None:
        inner = world.add("Group", Name="Inner", DeveloperName="Inner", Type="Regular")
        outer = world.add("Group", Name="Outer", DeveloperName="Outer", Type="Regular")
        queue = world.add("Group", Name="Own queue", DeveloperName="Own_queue", Type="Queue")
        for group, member in ((inner, world.tom), (outer, inner), (inner, outer), (queue, outer)):
            world.add("GroupMember", GroupId=group, UserOrGroupId=member)
        snapshot = world.reader.snapshot(world.lead)
        assert {snapshot.group_members[name] for name in ("Inner", "Outer", "Own_queue")} == {(world.tom,)}
        assert {q.text("DeveloperName") for q in snapshot.queues} >= {"Own_queue"}
        assert not {"Inner", "Outer"} & {q.text("DeveloperName") for q in snapshot.queues}

    def test_roles_and_territories_as_members_of_a_group(self, world: World) -> None:
        head = world.add("UserRole", Name="Head", DeveloperName="Head")
        seller = world.add("UserRole", Name="Seller", DeveloperName="Seller", ParentRoleId=head)
        world.edit(world.ines, object_name="User", UserRoleId=head)
        world.edit(world.tom, object_name="User", UserRoleId=seller)
        kinds = ("Role", "RoleAndSubordinates", "RoleAndSubordinatesInternal")
        for kind in kinds:
            linked = world.add("Group", Name=kind, DeveloperName=f"Linked_{kind}", Type=kind, RelatedId=head)
            group = world.add("Group", Name=kind, DeveloperName=f"Group_{kind}", Type="Regular")
            world.add("GroupMember", GroupId=group, UserOrGroupId=linked)
        found = world.reader.snapshot(world.lead).group_members
        both = tuple(sorted((world.ines, world.tom)))
        assert [found[f"Group_{kind}"] for kind in kinds] == [(world.ines,), both, both]

    def test_the_users_of_active_territories(self, world: World) -> None:
        active = world.add("Territory2Model", Name="Now", State="Active")
        planned = world.add("Territory2Model", Name="Then", State="Planning")
        south = world.add("Territory2", Name="South", DeveloperName="South", Territory2ModelId=active)
        inner = world.add(
            "Territory2", Name="Inner", DeveloperName="Inner_south", Territory2ModelId=active, ParentTerritory2Id=south
        )
        later = world.add("Territory2", Name="Later", DeveloperName="Later", Territory2ModelId=planned)
        for territory, user in ((south, world.ines), (inner, world.tom), (later, world.tom)):
            world.add("UserTerritory2Association", Territory2Id=territory, UserId=user)
        world.add("UserTerritory2Association", Territory2Id=south, UserId=world.tom, IsActive=False)
        linked = world.add("Group", Name="T", DeveloperName="T", Type="TerritoryAndSubordinates", RelatedId=south)
        group = world.add("Group", Name="All of the south", DeveloperName="All_south", Type="Regular")
        world.add("GroupMember", GroupId=group, UserOrGroupId=linked)
        snapshot = world.reader.snapshot(world.lead)
        assert snapshot.territory_members == {"South": (world.ines,), "Inner_south": (world.tom,)}
        assert snapshot.group_members["All_south"] == tuple(sorted((world.ines, world.tom)))

    def test_the_territories_of_the_account_cost_no_further_call(self, world: World) -> None:
        account = world.add("Account", Name="Engines", Website="https://engines.example")
        world.reader.snapshot(world.lead)
        world.reset_calls()
        bare = world.new_session("reader")
        without = SalesforceReader(bare, world.clock).snapshot(world.lead)
        plain_calls = world.calls()
        assert without.account is not None
        assert without.account_territories == ()
        active = world.add("Territory2Model", Name="Now", State="Active")
        planned = world.add("Territory2Model", Name="Then", State="Planning")
        for name, model in (("South", active), ("Later", planned)):
            territory = world.add("Territory2", Name=name, DeveloperName=name, Territory2ModelId=model)
            world.add("ObjectTerritory2Association", ObjectId=account, Territory2Id=territory)
        world.reset_calls()
        snapshot = SalesforceReader(world.new_session("reader"), world.clock).snapshot(world.lead)
        assert snapshot.account_territories == ("South",)
        assert world.calls() == plain_calls

    def test_an_org_that_closes_them_to_us_is_read_without(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        account = world.add("Account", Name="Engines", Website="https://engines.example")
        active = world.add("Territory2Model", Name="Now", State="Active")
        territory = world.add("Territory2", Name="South", DeveloperName="South", Territory2ModelId=active)
        world.add("ObjectTerritory2Association", ObjectId=account, Territory2Id=territory)

        def renamed(name: str, *rest: Any, **more: Any) -> Children:
            return children("NotOpenToUs" if name == Rows.TERRITORIES else name, *rest, **more)

        monkeypatch.setattr("gateways.crm.reader.children", renamed)
        reader = SalesforceReader(world.new_session("reader"), world.clock)
        for _ in range(2):
            snapshot = reader.snapshot(world.lead)
            assert snapshot.account is not None
            assert snapshot.account_territories == ()
