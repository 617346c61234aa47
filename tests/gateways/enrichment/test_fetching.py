"""The one door to websites that strangers name: what it reads, and everything it must not."""

import gzip
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import count

import pytest

from domain.enrichment import Unknown
from gateways.enrichment.fetching import MAX_PAGE_BYTES, MAX_REDIRECTS, FetchRefused, SiteFetcher
from gateways.enrichment.pinned import OutOfTime, TimeBudget
from tests.gateways.enrichment.sites import Site, local, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        site.page("/", "<title>Acme</title>")
        yield site


def refused(fetcher: SiteFetcher, *urls: str) -> FetchRefused:
    with pytest.raises(FetchRefused) as raised:
        fetcher.page(*urls)
    return raised.value


class TestAddresses:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433"])
    def test_as_delivered_this_machine_is_never_asked(self, site: Site, host: str) -> None:
        assert refused(SiteFetcher(), site.url(host)).unknown in (Unknown.NOT_ALLOWED, Unknown.NOT_FOUND)
        assert site.asked == []

    @pytest.mark.parametrize("port", [80, 443])
    @pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1", "224.0.0.1"])
    def test_a_name_that_leads_inside_is_refused_on_web_ports_too(self, address: str, port: int) -> None:
        fetcher = SiteFetcher(resolver=lambda host, port: (address,))
        scheme = "http" if port == 80 else "https"
        no = refused(fetcher, f"{scheme}://acme.example/")
        assert (no.unknown, "not public" in no.sentence) == (Unknown.NOT_ALLOWED, True)

    def test_one_inner_address_among_public_ones_refuses_the_name(self) -> None:
        fetcher = SiteFetcher(resolver=lambda host, port: ("93.184.216.34", "127.0.0.1"))
        assert refused(fetcher, "http://acme.example/").unknown is Unknown.NOT_ALLOWED

    def test_other_ports_are_refused(self) -> None:
        fetcher = SiteFetcher(resolver=lambda host, port: ("93.184.216.34",))
        assert refused(fetcher, "http://acme.example:8080/").unknown is Unknown.NOT_ALLOWED

    def test_a_redirect_is_checked_like_the_first_address(self, site: Site) -> None:
        site.redirect("/", "http://inside.example/secret")
        inside = {"inside.example": "10.0.0.5"}
        fetcher = SiteFetcher(
            resolver=lambda host, port: (inside.get(host, "127.0.0.1"),),
            allows=lambda address, port: (address, port) == ("127.0.0.1", site.port),
        )
        assert refused(fetcher, site.url()).unknown is Unknown.NOT_ALLOWED
        assert site.paths() == ["/robots.txt", "/"]

    def test_the_connection_goes_to_the_address_that_was_checked(self, site: Site) -> None:
        """DNS that says another thing the second time: each connection resolves once, and uses what it checked."""
        answers = count()
        connected: list[str] = []

        def rebinding(host: str, port: int) -> tuple[str, ...]:
            return ("127.0.0.1",) if next(answers) % 2 == 0 else ("127.0.0.2",)

        def allows(address: str, port: int) -> bool:
            connected.append(address)
            return address == "127.0.0.1"

        assert refused(SiteFetcher(resolver=rebinding, allows=allows), site.url()).unknown is Unknown.NOT_ALLOWED
        # The first connection (robots.txt) was checked and made, the second resolved anew and refused.
        assert connected == ["127.0.0.1", "127.0.0.2"]
        assert site.paths() == ["/robots.txt"]

    def test_the_environments_proxies_are_not_used(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        assert local(site).page(site.url()).status == 200

    @pytest.mark.parametrize(
        "url",
        [
            *("ftp://acme.example/", "file:///etc/passwd", "gopher://acme.example", "//acme.example/", "http:///"),
            *("http://", "http://user:secret@acme.example/", "javascript:alert(1)", "http://[::1", "\x00"),
        ],
    )
    def test_only_plain_web_addresses(self, site: Site, url: str) -> None:
        assert refused(local(site), url).unknown is Unknown.NOT_ALLOWED
        site.redirect("/", url)
        if url not in ("//acme.example/", "\x00"):
            assert refused(local(site), site.url()).unknown is Unknown.NOT_ALLOWED


class TestLimits:
    def test_size(self, site: Site) -> None:
        site.page("/", b"x" * (MAX_PAGE_BYTES + 50_000))
        assert len(local(site).page(site.url()).body) == MAX_PAGE_BYTES

    def test_size_after_unpacking(self, site: Site) -> None:
        site.page("/", gzip.compress(b"\0" * (MAX_PAGE_BYTES * 20)), Content_Encoding="gzip")
        assert len(local(site).page(site.url()).body) == MAX_PAGE_BYTES

    def test_a_small_packed_page_is_read(self, site: Site) -> None:
        site.page("/", gzip.compress(b"<title>Acme</title>"), Content_Encoding="gzip")
        assert local(site).page(site.url()).body == b"<title>Acme</title>"

    def test_a_packing_nobody_asked_for(self, site: Site) -> None:
        site.page("/", b"?", Content_Encoding="br")
        assert refused(local(site), site.url()).unknown is Unknown.NOT_ALLOWED

    def test_redirects_are_followed_and_counted(self, site: Site) -> None:
        for n in range(MAX_REDIRECTS):
            site.redirect(f"/{n}", f"/{n + 1}")
        site.page(f"/{MAX_REDIRECTS}", "there")
        assert local(site).page(site.url(path="/0")).body == b"there"
        site.redirect("/loop", "/loop")
        assert "more than" in refused(local(site), site.url(path="/loop")).sentence

    @pytest.mark.parametrize("in_headers", [True, False])
    def test_a_server_that_drips_runs_out_of_time(self, site: Site, in_headers: bool) -> None:
        given_up = threading.Event()

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n" if in_headers else b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while not given_up.wait(0.02):
                    handler.wfile.write(b"X-A: b\r\n" if in_headers else b"x")
            except OSError:
                given_up.set()

        site.replies["/"] = drip
        try:
            no = refused(local(site, seconds=0.5), site.url())
        finally:
            given_up.set()
        assert no.unknown is Unknown.DOWN

    def test_the_budget_is_one_for_everything(self) -> None:
        moments = iter([0.0, 4.0, 9.0, 10.0])
        budget = TimeBudget(10, now=lambda: next(moments))
        assert (budget.left(), budget.left(5)) == (6.0, 1.0)
        with pytest.raises(OutOfTime):
            budget.left()


class TestRobots:
    @pytest.mark.parametrize("rules", ["User-agent: *\nDisallow: /", "User-agent: TestBot\nDisallow: /*"])
    def test_no_means_no(self, site: Site, rules: str) -> None:
        site.page("/robots.txt", rules)
        assert refused(local(site), site.url()).unknown is Unknown.NOT_ALLOWED
        assert site.paths() == ["/robots.txt"]

    def test_a_rule_for_others_or_other_pages_does_not_matter(self, site: Site) -> None:
        site.page("/robots.txt", "User-agent: Other\nDisallow: /\n\nUser-agent: *\nDisallow: /private\nAllow: /")
        assert local(site).page(site.url()).status == 200

    def test_without_one_everything_may_be_read(self, site: Site) -> None:
        assert local(site).page(site.url()).status == 200

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_one_that_cannot_be_had_now_means_not_now(self, site: Site, status: int) -> None:
        site.page("/robots.txt", "", status)
        assert refused(local(site), site.url()).unknown is Unknown.DOWN

    def test_a_redirect_to_another_host_asks_that_host(self, site: Site) -> None:
        site.redirect("/", site.url("other.example", "/home"))
        site.page("/home", "hello")
        assert local(site).page(site.url()).url == site.url("other.example", "/home")
        hosts = [host.partition(":")[0] for host, path, _ in site.asked if path == "/robots.txt"]
        assert hosts == ["acme.example", "other.example"]

    def test_we_say_who_we_are(self, site: Site) -> None:
        local(site, agent="Acme-Research/3 (+https://acme.example/bot)").page(site.url())
        assert {agent for _, _, agent in site.asked} == {"Acme-Research/3 (+https://acme.example/bot)"}


class TestFailures:
    def test_the_next_address_is_tried_where_a_name_is_not_there(self, site: Site) -> None:
        def some(host: str, port: int) -> tuple[str, ...]:
            if host == "acme.example":
                raise socket.gaierror(socket.EAI_NONAME, "no such name")
            return ("127.0.0.1",)

        fetcher = SiteFetcher(resolver=some, allows=lambda address, port: port == site.port)
        assert fetcher.page(site.url(), site.url("www.acme.example")).status == 200
        assert refused(fetcher, site.url()).unknown is Unknown.NOT_FOUND

    def test_a_no_is_not_asked_again_elsewhere(self, site: Site) -> None:
        site.page("/robots.txt", "User-agent: *\nDisallow: /")
        refused(local(site), site.url(), site.url("www.acme.example"))
        assert site.paths() == ["/robots.txt"]

    def test_a_silent_resolver_and_a_closed_port_are_down(self, site: Site) -> None:
        def silent(host: str, port: int) -> tuple[str, ...]:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")

        assert refused(SiteFetcher(resolver=silent), "http://acme.example/").unknown is Unknown.DOWN
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        fetcher = SiteFetcher(resolver=lambda h, p: ("127.0.0.1",), allows=lambda a, p: True)
        assert refused(fetcher, f"http://acme.example:{port}/").unknown is Unknown.DOWN

    def test_nonsense_instead_of_http_is_down(self, site: Site) -> None:
        def other(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")

        site.replies["/"] = other
        assert refused(local(site), site.url()).unknown is Unknown.DOWN
