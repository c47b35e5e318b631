"""The people on the other end of the line: how simulated debtors answer, promise, dispute and pay. Seeded: the same run comes out the same."""
import datetime
import random
import uuid

# What happens when a permitted call is placed, in percent.
TELEPHONY = [("NO_ANSWER", 42), ("MACHINE", 18), ("BUSY", 6), ("NOT_IN_SERVICE", 1), ("FAILED", 1), ("ANSWERED", 32)]
PARTY = [("RIGHT", 72), ("THIRD", 12), ("WRONG", 3), ("UNVERIFIED", 13)]
OUTCOME = [("PROMISE", 44), ("NO_COMMITMENT", 22), ("REFUSED_TO_PAY", 12), ("CALLBACK", 9), ("DISPUTE", 6), ("PAID", 4), ("CEASE", 2), ("OPT_OUT", 1)]
PROMISE_KEPT = 0.68
PAYS_UNASKED_A_DAY = 0.0012


class Account:
    def __init__(self, placed):
        self.account_id = uuid.UUID(placed["account_id"]).bytes
        self.client = placed["client"]
        self.reference = placed["client_reference"]
        self.balance_minor = placed["balance_minor"]
        self.currency = placed["currency"]


class Answer:
    """What a call came to: names of the contract's enum values without their prefix."""

    def __init__(self, telephony, party="NONE", outcome="NONE", flag=None, promise=None):
        self.telephony, self.party, self.outcome, self.flag, self.promise = telephony, party, outcome, flag, promise
        self.is_conversation = party == "RIGHT"


class World:
    def __init__(self, accounts, seed):
        self.random = random.Random(seed)
        self.accounts = {account.account_id: account for account in accounts}
        self.payments = []  # (day, account, amount_minor, reference)
        self.disputes = []  # (day, account)
        self.payment_number = 0

    def draw(self, table):
        return self.random.choices([name for name, _ in table], [weight for _, weight in table])[0]

    def pays(self, account, day, share=1.0):
        self.payment_number += 1
        amount = max(1, round(account.balance_minor * share))
        self.payments.append((day, account, amount, f"SIM{self.payment_number:06d}"))
        account.balance_minor -= amount

    def answers(self, account_id, today):
        """The phone rings at an account's debtor."""
        account = self.accounts[account_id]
        telephony = self.draw(TELEPHONY)
        if telephony != "ANSWERED":
            return Answer(telephony)
        party = self.draw(PARTY)
        if party != "RIGHT":
            return Answer(telephony, party)
        outcome = self.draw(OUTCOME)
        if account.balance_minor <= 0:
            return Answer(telephony, party, "PAID")
        if outcome == "PROMISE":
            due = today + datetime.timedelta(days=self.random.randint(3, 12))
            promise = (account.balance_minor, account.currency, due)
            if self.random.random() < PROMISE_KEPT:
                self.pays(account, due - datetime.timedelta(days=self.random.randint(0, 2)))
            elif self.random.random() < 0.4:
                self.pays(account, due, share=0.3)
            return Answer(telephony, party, outcome, promise=promise)
        if outcome == "DISPUTE":
            self.disputes.append((today, account))
        if outcome == "CEASE":
            return Answer(telephony, party, "REFUSED_TO_PAY", flag="CEASE")
        if outcome == "OPT_OUT":
            return Answer(telephony, party, "NO_COMMITMENT", flag="OPT_OUT_CALLS")
        return Answer(telephony, party, outcome)

    def pays_unasked(self, day):
        for account in self.accounts.values():
            if account.balance_minor > 0 and self.random.random() < PAYS_UNASKED_A_DAY:
                self.pays(account, day)

    def take_payments(self, until):
        due = [payment for payment in self.payments if payment[0] <= until]
        self.payments = [payment for payment in self.payments if payment[0] > until]
        return due

    def take_disputes(self, opened_until):
        old = [account for day, account in self.disputes if day <= opened_until]
        self.disputes = [(day, account) for day, account in self.disputes if day > opened_until]
        return old
