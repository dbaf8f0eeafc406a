"""A merchant that pays out through APIv2: red packets, transfers to a balance, and to a bank card."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference.oracles import keys, oaep
from tests.platform.v2_shop import Shop

__all__ = ["Payer"]


class Payer(Shop):
    """Pays out at *platform*, and asks what became of it."""

    def packet(self, operation: str = "sendredpack", **values: str) -> tuple[str, dict[str, str]]:
        """Send a red packet of 100 fen, of 300 for three people, unless *values* say otherwise; return its number and the answer."""
        group = operation == "sendgroupredpack"
        number = values.pop("mch_billno", None) or self.number()
        defaults = {
            "mch_billno": number,
            "appid": "",
            "wxappid": self.merchant.appid,
            "send_name": "茶铺",
            "re_openid": self.merchant.openid,
            "total_amount": "300" if group else "100",
            "total_num": "3" if group else "1",
            "wishing": "<福> & 寿",
            "act_name": "draw",
            "remark": "r",
            "client_ip": "127.0.0.1" if operation == "sendredpack" else "",
            "amt_type": "ALL_RAND" if group else "",
            "notify_way": "MINI_PROGRAM_JSAPI" if operation == "sendminiprogramhb" else "",
            "sub_mch_id": self.merchant.sub_mchids[0] if self.merchant.sub_mchids else "",
        }
        return number, self.ask(operation, **{**defaults, **values})

    def packet_of(self, number: str) -> dict[str, str]:
        """Ask about a red packet."""
        return self.ask("gethbinfo", mch_billno=number, bill_type="MCHT")

    def transfer(self, **values: str) -> tuple[str, dict[str, str]]:
        """Pay 100 fen into the payer's balance unless *values* say otherwise; return the number and the answer."""
        number = values.pop("partner_trade_no", None) or self.number()
        ids = {"mch_appid": self.merchant.appid, "mchid": self.merchant.mchid, "appid": "", "mch_id": ""}
        paid = {"openid": self.merchant.openid, "check_name": "NO_CHECK", "amount": "100", "desc": "提现", "spbill_create_ip": "127.0.0.1"}
        return number, self.ask("transfers", **{**ids, **paid, "partner_trade_no": number, **values})

    def transfer_of(self, number: str) -> dict[str, str]:
        """Ask about a transfer."""
        return self.ask("gettransferinfo", partner_trade_no=number)

    def bank_key(self) -> RSAPublicKey:
        """The key that seals card numbers and names."""
        return keys.load_public_key(self.ask("getpublickey", sign_type="MD5", appid="")["pub_key"])

    def pay_card(self, card: str = "6222020200112233446", name: str = "王小明", **values: str) -> tuple[str, dict[str, str]]:
        """Pay 10000 fen to a card unless *values* say otherwise; return the number and the answer."""
        number, key = values.pop("partner_trade_no", None) or self.number(), self.bank_key()
        sealed = {"enc_bank_no": oaep.encrypt(key, card), "enc_true_name": oaep.encrypt(key, name)}
        paid = {"partner_trade_no": number, "bank_code": "1002", "amount": "10000", "appid": ""}
        return number, self.ask("pay_bank", **{**paid, **sealed, **values})

    def card_of(self, number: str) -> dict[str, str]:
        """Ask about a payment to a card."""
        return self.ask("query_bank", partner_trade_no=number, appid="")

    def let(self, machine: str, event: str, number: str, **facts: str) -> str | None:
        """Let an event befall a payout; return the name of the refusal."""
        refusal = self.platform.let(machine, event, self.merchant.mchid, number, **facts)
        return None if refusal is None else refusal.name
