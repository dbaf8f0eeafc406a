"""APIv2 as loaded: the 39 rows of the endpoint table, how they are signed, and the two levels of their answers."""

import pytest
import yaml

from reference.contract import Operation, bounds, load, problems
from tests.contract.miniature import minimal_request
from tests.contract.test_documents import DOCUMENTS
from tests.contract.test_v2_messages import judged

# row, path, group, mode, certificate, sign types, answer signed, event, shows
TABLE = """
1   /xdc/apiv2getsignkey/sign/getsignkey    sandbox    both     -     MD5              -       -                     sandbox_key
2   /xdc/apiv2sandbox/pay/micropay          sandbox    both     -     MD5+HMAC-SHA256  signed  codepay.submit        order
3   /xdc/apiv2sandbox/pay/orderquery        sandbox    both     -     MD5+HMAC-SHA256  signed  -                     order
4   /pay/micropay                           codepay    both     -     MD5+HMAC-SHA256  signed  codepay.submit        order
5   /secapi/pay/reverse                     codepay    both     cert  MD5+HMAC-SHA256  signed  codepay.reverse       reversal
6   /tools/authcodetoopenid                 codepay    both     -     MD5              signed  -                     openid
7   /pay/unifiedorder                       orders     both     -     MD5+HMAC-SHA256  signed  order.place           prepay
8   /tools/shorturl                         orders     both     -     MD5+HMAC-SHA256  signed  -                     short_url
9   /pay/orderquery                         orders     both     -     MD5+HMAC-SHA256  signed  -                     order
10  /pay/closeorder                         orders     both     -     MD5+HMAC-SHA256  signed  order.close           -
11  /secapi/pay/refund                      refunds    both     cert  MD5+HMAC-SHA256  signed  refund.apply          refund
12  /secapi/pay/refundv2                    refunds    both     cert  MD5+HMAC-SHA256  signed  refund.apply          refund
13  /pay/refundquery                        refunds    both     -     MD5+HMAC-SHA256  signed  -                     refunds
14  /pay/refundqueryv2                      refunds    both     -     MD5+HMAC-SHA256  signed  -                     refunds
15  /payitil/report                         orders     both     -     MD5              -       -                     report
16  /pay/combinedorder                      combine    both     -     HMAC-SHA256      signed  combine.place         combine_prepay
17  /pay/querycombinedorder                 combine    both     -     HMAC-SHA256      signed  -                     combine
18  /pay/closecombinedorder                 combine    both     -     HMAC-SHA256      signed  combine.close         -
19  /pay/profitsharingmerchantratioquery    sharing    partner  -     HMAC-SHA256      signed  -                     sharing_ratio
20  /pay/profitsharingaddreceiver           sharing    both     -     HMAC-SHA256      signed  receiver.add          receiver
21  /pay/profitsharingremovereceiver        sharing    both     -     HMAC-SHA256      signed  receiver.remove       receiver
22  /secapi/pay/profitsharing               sharing    both     cert  HMAC-SHA256      signed  sharing.apply         sharing
23  /secapi/pay/multiprofitsharing          sharing    both     cert  HMAC-SHA256      signed  sharing.apply         sharing
24  /pay/profitsharingquery                 sharing    both     -     HMAC-SHA256      signed  -                     sharing
25  /pay/profitsharingorderamountquery      sharing    both     -     HMAC-SHA256      signed  -                     sharing_amount
26  /secapi/pay/profitsharingfinish         sharing    both     cert  HMAC-SHA256      signed  sharing.finish        sharing
27  /secapi/pay/profitsharingreturn         sharing    both     cert  HMAC-SHA256      signed  sharing_return.apply  sharing_return
28  /pay/profitsharingreturnquery           sharing    both     -     HMAC-SHA256      signed  -                     sharing_return
29  /pay/downloadbill                       bills      both     -     MD5+HMAC-SHA256  -       -                     trade_bill
30  /pay/downloadfundflow                   bills      both     cert  HMAC-SHA256      -       -                     fund_flow_bill
31  /mmpaymkttransfers/sendredpack          redpacks   both     cert  MD5              -       redpack.send          redpack_sent
32  /mmpaymkttransfers/sendgroupredpack     redpacks   both     cert  MD5              -       redpack.send          redpack_sent
33  /mmpaymkttransfers/gethbinfo            redpacks   both     cert  MD5              -       -                     redpack
34  /mmpaymkttransfers/sendminiprogramhb    redpacks   direct   cert  MD5              -       redpack.send          redpack_sent
35  /mmpaymkttransfers/promotion/transfers  transfers  direct   cert  MD5              -       transfer.send         transfer_sent
36  /mmpaymkttransfers/gettransferinfo      transfers  direct   cert  MD5              -       -                     transfer
37  /risk/getpublickey                      transfers  direct   cert  MD5+HMAC-SHA256  -       -                     bank_key
38  /mmpaysptrans/pay_bank                  transfers  direct   cert  MD5              -       bank_transfer.send    bank_transfer_sent
39  /mmpaysptrans/query_bank                transfers  direct   cert  MD5              -       -                     bank_transfer
"""
ROWS = {row: rest for row, *rest in (line.split() for line in TABLE.strip().splitlines())}
OPERATIONS = load("v2").operations
EACH = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)


def test_every_row_of_the_table_is_there_once() -> None:
    """The 39 rows of the endpoint table are 39 operations, and there is no other."""
    assert sorted(operation.seed_row or "" for operation in OPERATIONS.values()) == sorted(f"000/{row}" for row in range(1, 40))
    assert list(ROWS) == [str(row) for row in range(1, 40)]


@pytest.mark.parametrize("row", ROWS)
def test_operation_stands_where_the_catalogue_has_it(row: str) -> None:
    """Path, group, mode, certificate and signatures agree with the catalogue; event and projection with what the operation does."""
    (operation,) = (operation for operation in OPERATIONS.values() if operation.seed_row == f"000/{row}")

    assert operation.method == "POST"
    assert [
        operation.path,
        operation.group,
        operation.mode,
        "cert" if operation.client_cert else "-",
        "+".join(operation.sign_types),
        "signed" if operation.signed_response else "-",
        operation.event or "-",
        operation.shows or "-",
    ] == ROWS[row]


@EACH
def test_operation_is_called_as_its_path_ends(operation: Operation) -> None:
    """People name an operation of APIv2 by the end of its path; the sandbox has some of them again."""
    assert operation.id == ("sandbox_" if "/apiv2sandbox/" in operation.path else "") + operation.path.rpartition("/")[2]


def test_seventeen_operations_demand_the_certificate() -> None:
    """Money that leaves the merchant, and what was said about it, needs the merchant's certificate; paying, asking and closing does not."""
    assert sum(operation.client_cert for operation in OPERATIONS.values()) == 17
    assert {operation.id for operation in OPERATIONS.values() if "secapi" in operation.path} <= {
        operation.id for operation in OPERATIONS.values() if operation.client_cert
    }


def test_misspelt_paths_are_named_and_not_served() -> None:
    """Two paths of the table are misspelt; the real ones are served instead, and the documents say so."""
    typos = {
        said["operationId"]: said["x-seed-typo"]
        for document in DOCUMENTS
        for item in yaml.safe_load(document.read_bytes()).get("paths", {}).values()
        for said in item.values()
        if "x-seed-typo" in said
    }

    assert typos == {"transfers": "/mmpaymkttransfers/promottion/transfers", "query_bank": "/mmpaymkttransfers/query_bank"}
    assert [path for path in typos.values() if load("v2").match("POST", path)] == []


@EACH
def test_tells_who_asks_and_how_it_is_signed(operation: Operation) -> None:
    """The id of the merchant, nonce and signature are required members; sign_type may be exactly what the operation allows."""
    assert operation.body is not None
    assert operation.acting_merchant is not None
    members, required = operation.body["properties"], set(operation.body["required"])

    assert operation.media_type == "application/xml"
    assert {operation.acting_merchant.removeprefix("body."), "nonce_str", "sign"} <= required
    assert operation.sub_merchant == ("body.sub_mch_id" if "sub_mch_id" in members else None)
    assert operation.mode != "direct" or operation.sub_merchant is None
    assert tuple(members["sign_type"]["enum"] if "sign_type" in members else ["MD5"]) == operation.sign_types


def test_only_sandbox_orders_are_signed_by_another_key() -> None:
    """The key of the sandbox is asked for with the merchant's own and signs everything else there."""
    assert {operation.id: operation.sign_key for operation in OPERATIONS.values() if operation.sign_key is not None} == {
        "sandbox_micropay": "sandbox_signkey",
        "sandbox_orderquery": "sandbox_signkey",
    }


@EACH
def test_messages_are_text_and_open(operation: Operation) -> None:
    """Every member of a request is text, bounds speak of what text can break, and an undeclared member is no breach."""
    assert operation.body is not None
    request = minimal_request(operation, "body")

    assert {member["type"] for member in operation.body["properties"].values()} == {"string"}
    assert {bound.keyword for bound in bounds(operation)}.isdisjoint({"type", "minimum", "maximum"})
    assert problems(operation.body, request | {"wxc_invented": "x"}) == ()


@EACH
def test_answers_have_two_levels(operation: Operation) -> None:
    """Success says so on every level it has; a refusal on either level is none, and only what is signed demands a signature of success."""
    success = operation.responses[200]
    lost = {"return_code": "FAIL", "return_msg": "no"}
    refused = {"return_code": "SUCCESS", "result_code": "FAIL", "err_code": "SYSTEMERROR", "nonce_str": "n", "sign": "A" * 32}

    assert problems(operation.error, lost) == problems(operation.error, refused) == ()
    assert "result_code" in [name for name, _ in judged(operation.error, {"return_code": "SUCCESS"})]
    assert ("result_code", "const") in judged(operation.error, refused | {"result_code": "SUCCESS"})
    del refused["sign"]
    assert judged(operation.error, refused) == ([("sign", "requiredIf")] if operation.signed_response else [])
    if success is None:
        assert operation.group == "bills"
        return
    assert ("return_code", "const") in judged(success, lost)
    assert ("sign" in success["required"]) is operation.signed_response
    assert "additionalProperties" not in success
    assert operation.id in {"getsignkey", "profitsharingmerchantratioquery", "profitsharingorderamountquery"} or (
        ("result_code", "const") in judged(success, refused)
    )


def test_some_operations_refuse_in_their_own_words() -> None:
    """A refused reversal says whether to call again; the bank's key and the bills spell the code otherwise."""
    refused = {"return_code": "SUCCESS", "result_code": "FAIL", "nonce_str": "n", "sign": "A" * 32}

    assert judged(OPERATIONS["reverse"].error, refused | {"err_code": "SYSTEMERROR", "recall": "Y"}) == []
    assert judged(OPERATIONS["reverse"].error, refused | {"err_code": "SYSTEMERROR", "recall": "yes"}) == [("recall", "enum")]
    assert judged(OPERATIONS["getpublickey"].error, refused | {"error_code": "SYSTEMERROR"}) == []
    assert judged(OPERATIONS["downloadbill"].error, {"return_code": "FAIL", "error_code": "20002"}) == []


def test_unknown_outcomes_are_asked_for() -> None:
    """Where a merchant must not try again before it asked, the code says so; the shared codes hold for every operation."""
    undecided = {
        (operation.id, code.name) for operation in OPERATIONS.values() for code in operation.errors.values() if code.retry == "query"
    }

    assert undecided == {
        ("micropay", "USERPAYING"),
        ("micropay", "SYSTEMERROR"),
        ("micropay", "BANKERROR"),
        ("sandbox_micropay", "USERPAYING"),
        ("sandbox_micropay", "SYSTEMERROR"),
        ("sendredpack", "PROCESSING"),
        ("sendgroupredpack", "PROCESSING"),
        ("sendminiprogramhb", "PROCESSING"),
        ("transfers", "SYSTEMERROR"),
        ("pay_bank", "SYSTEMERROR"),
    }
    assert {operation.errors["SIGNERROR"].retry for operation in OPERATIONS.values()} == {"never"}
    assert OPERATIONS["refund"].errors["BIZERR_NEED_RETRY"].retry == "same"


def test_bills_refuse_on_the_first_level() -> None:
    """A bill that is not there is told by return_code alone; every other listed code comes with result_code."""
    first = {operation.id for operation in OPERATIONS.values() for code in operation.errors.values() if code.level == "return"}

    assert first == {"downloadbill"}
    assert OPERATIONS["downloadbill"].errors["No Bill Exist"].level == "return"
    assert OPERATIONS["orderquery"].errors["ORDERNOTEXIST"].level == "result"


def test_every_notification_an_operation_leads_to_is_there() -> None:
    """Whatever an operation promises to notify is a notification of the contract, and no other stands there."""
    contract = load("v2")

    assert {event for operation in OPERATIONS.values() for event in operation.notifications} == {
        webhook.event_type for webhook in contract.webhooks.values()
    }
    assert contract.webhook("REFUND.SUCCESS", "direct") is contract.webhook("REFUND.SUCCESS", "partner")
