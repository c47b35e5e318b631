"""The people on the other end of the line: how simulated debtors answer, promise, dispute and pay. Seeded: the same run comes out the same."""
import datetime
import random
import uuid

# What happens when a permitted call is placed, in percent.
TELEPHONY = [("NO_ANSWER", 42), ("MACHINE", 18), ("BUSY", 6), ("NOT_IN_SERVICE", 1), ("FAILED", 1), ("ANSWERED", 32)]
PARTY = [("RIGHT", 72), ("THIRD", 12), ("WRONG", 3), ("UNVERIFIED", 13)]
OUTCOME = [("NO_COMMITMENT", 34), ("PROMISE", 26), ("REFUSED_TO_PAY", 18), ("CALLBACK", 12), ("DISPUTE", 5), ("PAID", 2), ("CEASE", 2),
           ("OPT_OUT", 1)]
PROMISE_KEPT = 0.55
PAYS_UNASKED_A_DAY = 0.0008
PAYS_AGENCY = 0.6          # the others pay the client himself
FORGETS_REFERENCE = 0.04   # of those who pay the agency
VERIFY_AFTER = datetime.timedelta(days=9)
RESOLVE_AFTER = datetime.timedelta(days=12)
UPHELD = 0.3


class Account:
    def __init__(self, placed):
        self.account_id = uuid.UUID(placed["account_id"]).bytes
        self.client = placed["client"]
        self.reference = placed["client_reference"]
        self.balance_minor = placed["balance_minor"]
        self.currency = placed["currency"]
        self.is_disputed = placed.get("is_disputed", False)  # the placement says so
        self.is_looked_after = False  # by the office: he answers the phone, and does nothing else by himself
        self.is_paying = False  # by himself, today or on the day that he has promised


class Answer:
    """What a call came to: names of the contract's enum values without their prefix."""

    def __init__(self, telephony, party="NONE", outcome="NONE", flag=None, promise=None):
        self.telephony, self.party, self.outcome, self.flag, self.promise = telephony, party, outcome, flag, promise
        self.is_conversation = party == "RIGHT"


class World:
    def __init__(self, accounts, seed):
        self.random = random.Random(seed)
        self.accounts = {account.account_id: account for account in accounts}
        self.payments = []  # (day, account, amount_minor, reference), to the client
        self.transfers = []  # (day, amount_minor, what the payer wrote), to the agency's bank account
        self.disputes = []  # (day, account): opened on a call, verification not sent yet
        self.verified = []  # (day, account)
        self.disputed = {account.account_id for account in accounts if account.is_disputed}  # who has disputed once does not do so again
        self.payment_number = 0

    def draw(self, table):
        return self.random.choices([name for name, _ in table], [weight for _, weight in table])[0]

    def pays(self, account, day, share=1.0):
        self.payment_number += 1
        amount = max(1, round(account.balance_minor * share))
        account.balance_minor -= amount
        account.is_paying = True
        if account.currency == "USD" and self.random.random() < PAYS_AGENCY:
            self.pays_agency(account, day, amount, self.random.random() >= FORGETS_REFERENCE)
        else:
            self.payments.append((day, account, amount, f"SIM{self.payment_number:06d}"))

    def pays_agency(self, account, day, amount_minor, has_reference=True):
        self.transfers.append((day, amount_minor, f"Payment {account.reference}" if has_reference else "my debt"))

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
        if account.is_looked_after:
            return Answer(telephony, party, "NO_COMMITMENT")
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
        if outcome == "DISPUTE" and account_id in self.disputed:
            outcome = "NO_COMMITMENT"
        if outcome == "DISPUTE":
            self.disputed.add(account_id)
            self.disputes.append((today, account))
        if outcome == "CEASE":
            return Answer(telephony, party, "REFUSED_TO_PAY", flag="CEASE")
        if outcome == "OPT_OUT":
            return Answer(telephony, party, "NO_COMMITMENT", flag="OPT_OUT_CALLS")
        return Answer(telephony, party, outcome)

    def pays_unasked(self, day):
        for account in self.accounts.values():
            if account.balance_minor > 0 and not account.is_looked_after and self.random.random() < PAYS_UNASKED_A_DAY:
                self.pays(account, day)

    def take_payments(self, until):
        due = [payment for payment in self.payments if payment[0] <= until]
        self.payments = [payment for payment in self.payments if payment[0] > until]
        return due

    def take_transfers(self, until):
        due = [(amount_minor, text) for day, amount_minor, text in self.transfers if day <= until]
        self.transfers = [transfer for transfer in self.transfers if transfer[0] > until]
        return due

    def disputes_to_verify(self, today):
        """Opened long enough ago; from now on they wait for their resolution."""
        due = [account for day, account in self.disputes if today - day >= VERIFY_AFTER]
        self.disputes = [(day, account) for day, account in self.disputes if today - day < VERIFY_AFTER]
        self.verified += [(today, account) for account in due]
        return due

    def disputes_to_resolve(self, today):
        """Pairs of account and outcome."""
        due = [account for day, account in self.verified if today - day >= RESOLVE_AFTER]
        self.verified = [(day, account) for day, account in self.verified if today - day < RESOLVE_AFTER]
        return [(account, "upheld" if self.random.random() < UPHELD else "rejected") for account in due]
