"""What people in the agency's office do in the demo, by the operator's command alone: plans, debits by bank, a conceded dispute, a complaint, an account that goes to a lawyer, and what clients are paid."""
import datetime
import json

from bank import entries_of, return_file

WEEK = datetime.timedelta(days=7)
ROUTING = "091400606"
SHORT_OF_MONEY, UNAUTHORIZED = "R01", "R10"


class Office:
    def __init__(self, dunlin, world, folder, first_day):
        self.dunlin, self.world, self.folder = dunlin, world, folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.first_day = first_day
        self.told = []      # what happened, in a line each
        self.to_send = set()   # days on which debits are due
        self.returns = {}   # token -> code of its next debit
        self.number = 0
        self.story = {2: self.agree, 9: self.complain, 12: self.dispute, 16: self.answer_complaint, 20: self.concede, 30: self.hand_over}

    def run(self, *arguments):
        return json.loads(self.dunlin.run(*map(str, arguments)))

    def say(self, text, *accounts):
        self.told.append(text.format(*(account.reference for account in accounts)))

    def pick(self, at_least=30000, at_most=200000):
        """A debt that nobody has anything to do with yet."""
        account = next(account for account in self.world.accounts.values()
                       if at_least <= account.balance_minor <= at_most and account.client != "harbor-credit-union" and account.currency == "USD" and account.account_id not in self.world.disputed and not account.is_looked_after
                       and not account.is_paying)
        account.is_looked_after = True
        return account

    def day(self, today):
        act = self.story.get((today - self.first_day).days)
        if act:
            act(today)
        self.draw(today)

    # --- plans and debits ---

    def agree(self, today):
        begins = today + WEEK
        by_bank, by_debit, stopped, settled = (self.pick() for _ in range(4))
        weekly = ("--every", "weekly", "--from", begins, "--key", "demo")

        self.run("plan", "agree", by_bank.reference, "--number", 4, *weekly)
        for due in self.instalments(by_bank):
            self.world.pays_agency(by_bank, *due)
        self.say("{}: a plan of four weekly instalments, paid by bank transfer and kept", by_bank)

        for account, token, code in ((by_debit, "tok_demo_1", SHORT_OF_MONEY), (stopped, "tok_demo_2", UNAUTHORIZED)):
            evidence = self.folder / f"authorization-{account.reference}.txt"
            evidence.write_text(f"I authorize weekly debits of my bank account for {account.reference}.\n")
            instrument = self.run("instrument", "add", account.reference, "--routing", ROUTING, "--token", token, "--last4", "6789", "--holder", "Demo Debtor", "--class", "web", "--authorization", evidence,
                                  "--authorized-on", today)["instrument_id"]
            self.run("plan", "agree", account.reference, "--number", 5, "--instrument", instrument, *weekly)
            self.to_send.update(due for due, _ in self.instalments(account))
            self.returns[token] = code
        self.say("{}: a plan of weekly debits; one came back for want of money (R01) and was presented again", by_debit)
        self.say("{}: a plan of weekly debits; one came back as unauthorized (R10): nothing is drawn from there any more", stopped)

        discount_minor = settled.balance_minor // 10
        self.run("plan", "agree", settled.reference, "--number", 1, "--from", begins, "--discount", money(discount_minor), "--role", "supervisor", "--key", "demo")
        self.world.pays_agency(settled, begins, settled.balance_minor - discount_minor)
        settled.balance_minor = 0
        self.say("{}: a settlement, paid in one sum; a tenth was forgiven", settled)

    def instalments(self, account):
        (plan,) = self.run("plan", "show", account.reference)["plans"]
        return [(datetime.date.fromisoformat(instalment["due_on"]), instalment["amount_minor"]) for instalment in plan["instalments"]]

    def draw(self, today):
        """The day's file for the bank, and what came back of the one before."""
        due = {day for day in self.to_send if day <= today + datetime.timedelta(days=2)}
        if due:
            self.to_send -= due
            self.number += 1
            path = self.folder / f"debits-{self.number:02}.ach"
            self.run("debit", "export", "--due", max(due), "--out", path, "--csv-out", path.with_suffix(".csv"))
            self.pending = (today + datetime.timedelta(days=5), path)
        if getattr(self, "pending", None) and today >= self.pending[0]:
            entries = entries_of(self.pending[1]) if self.pending[1].exists() else {}  # nothing was to be drawn
            back = [(entries[token], self.returns.pop(token)) for token in list(self.returns) if token in entries]
            self.pending = None
            if back:
                self.run("debit", "returns", return_file(self.folder / f"returns-{self.number:02}.ach", back, today), "--retry-after", 3)
                self.to_send.add(today + datetime.timedelta(days=3))

    # --- disputes and complaints ---

    def complain(self, today):
        account = self.pick()
        self.complaint = self.run("complaint", "open", account.reference, "--severity", "high", "--words", "was called at work, twice", "--regulator", "CFPB", "--regulator-reference", "260114-1234567",
                                  "--owner", "user:anna")["complaint_id"]
        self.run("complaint", "move", self.complaint, "--to", "acknowledged")
        self.say("{}: a complaint through the CFPB, answered a week later", account)

    def answer_complaint(self, today):
        self.run("complaint", "resolve", self.complaint, "--outcome", "partly-justified", "--root-cause", "conduct", "--note", "the number is not called any more")

    def dispute(self, today):
        self.conceded = self.pick()
        self.world.disputed.add(self.conceded.account_id)
        self.run("dispute", "open", self.conceded.reference, "--written", "--medium", "mail", "--reason", "was paid to the shop")

    def concede(self, today):
        account = self.conceded
        self.run("dispute", "resolve", account.reference, "--outcome", "conceded", "--credit", money(account.balance_minor), "--root-cause", "paid", "--note", "the client found the payment", "--as", "user:anna")
        self.run("dispute", "approve", account.reference, "--as", "user:berta")
        account.balance_minor = 0
        self.say("{}: a dispute that the creditor conceded; two persons took the whole balance off", account)

    def hand_over(self, today):
        account = self.pick(100000, 1000000)
        escalation = self.run("escalate", "raise", account.reference, "--to", "legal", "--why", "will not pay, and could", "--as", "user:anna")["escalation_id"]
        self.run("escalate", "approve", escalation, "--as", "user:berta")
        self.run("escalate", "package", escalation, "--out", self.folder / f"legal-{account.reference}")
        account.is_with_lawyer = True
        self.say("{}: handed to a lawyer by two persons, with a package of documents; others call him no more", account)

    # --- what clients are paid ---

    def remit(self, key):
        """Everybody is paid; what the statements say is what lay in trust, to the cent. -> statements as (client, currency, payable, PDF)."""
        before = self.trust()
        self.dunlin.run("remit", "run", "--key", key, "--force")
        statements = []
        for run in self.run("remit", "list", "--key", key)["runs"]:
            name = f"{run['client']}-{run['currency']}"
            payable_minor = run["payable_minor"]
            if before[run["client"], run["currency"]] != payable_minor:
                raise SystemExit(f"the statement of {name} says {payable_minor}, in trust were {before[run['client'], run['currency']]}")
            path = self.folder / f"remittance-{key}-{name}.pdf"
            self.dunlin.run("remit", "statement", "--key", key, "--client", run["client"], "--currency", run["currency"], "--pdf", str(path), "--csv-file", str(path.with_suffix(".csv")))
            statements.append((run["client"], run["currency"], payable_minor, path))
        left = {whose: minor for whose, minor in self.trust().items() if minor}
        if left:
            raise SystemExit(f"still owed after the remittance: {left}")
        return statements

    def trust(self):
        return {(line["client"], line["currency"]): line["payable_minor"] for line in self.run("trust")["trust"]}


def money(minor):
    return f"{minor // 100}.{minor % 100:02}"
