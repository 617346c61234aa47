"""Makes sure that a namespace knows the search attributes; an unknown one stalls every workflow task silently."""

from collections.abc import Sequence

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode


async def ensure_search_attributes(client: Client, wanted: Sequence[SearchAttributeKey[str]]) -> None:
    """Register the missing ones as keywords. Safe when several workers start at once.

    Where the caller may not administer the namespace (Temporal Cloud), ops register them: see docs.
    """
    operator = client.operator_service
    try:
        known = await operator.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
        missing = [key.name for key in wanted if key.name not in known.custom_attributes]
        if missing:
            await operator.add_search_attributes(
                AddSearchAttributesRequest(
                    namespace=client.namespace,
                    search_attributes=dict.fromkeys(missing, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD),
                )
            )
    except RPCError as refused:
        if refused.status not in (RPCStatusCode.ALREADY_EXISTS, RPCStatusCode.PERMISSION_DENIED):
            raise
