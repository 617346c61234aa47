"""Salesforce APIs beside REST that clients try: each is refused in its own words, so that the client can tell why."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

_SIGN_IN = "sign in by OAuth client credentials or JWT bearer, or with an access token"
_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault>'
    "<faultcode>sf:{code}</faultcode><faultstring>{code}: {text}</faultstring>"
    "<detail><sf:ApiFault><sf:exceptionCode>{code}</sf:exceptionCode>"
    "<sf:exceptionMessage>{text}</sf:exceptionMessage></sf:ApiFault></detail>"
    "</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)


def soap_fault() -> Response:
    """SOAP login and calls. A fault travels as 500, as SOAP 1.1 over HTTP has it."""
    text = f"The SOAP API is not part of the embedded CRM; {_SIGN_IN}"
    return Response(_FAULT.format(code="FUNCTIONALITY_NOT_ENABLED", text=text), 500, media_type="text/xml")


def bulk_one() -> Response:
    """The older Bulk API, whose errors have a shape of their own."""
    text = "Bulk API 1.0 is not part of the embedded CRM; use Bulk API 2.0 (jobs/ingest, jobs/query)"
    return JSONResponse({"exceptionCode": "FeatureNotEnabled", "exceptionMessage": text}, status_code=400)
