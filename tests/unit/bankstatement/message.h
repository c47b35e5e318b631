#ifndef DUNLIN_TESTS_UNIT_BANKSTATEMENT_MESSAGE_H
#define DUNLIN_TESTS_UNIT_BANKSTATEMENT_MESSAGE_H

/* A camt.053 in parts, a line each, of an account DE1 in euros: what a test is about stands in the middle. */
#define CAMT(version) "urn:iso:std:iso:20022:tech:xsd:camt.053.001." version
#define MESSAGE(version)                                                                                               \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                                     \
    "<Document xmlns=\"" CAMT(version) "\"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>\n"
#define MESSAGE_END               "</BkToCstmrStmt></Document>\n"
#define STATEMENT_OF(id, account) "<Stmt><Id>" id "</Id><Acct><Id><IBAN>" account "</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
#define BALANCE_IN(currency, code, amount, side)                                                                       \
    "<Bal><Tp><CdOrPrtry><Cd>" code "</Cd></CdOrPrtry></Tp><Amt Ccy=\"" currency "\">" amount "</Amt><CdtDbtInd>" side \
    "</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>\n"
#define BALANCE(code, amount, side) BALANCE_IN("EUR", code, amount, side)
#define STATEMENT_END               "</Stmt>\n"

#define START MESSAGE("02") STATEMENT_OF("S1", "DE1")
#define END   STATEMENT_END MESSAGE_END
#define ZERO  BALANCE("OPBD", "0", "CRDT")

#define AMOUNT(amount)  "<Amt Ccy=\"EUR\">" amount "</Amt>"
#define SIDE(side)      "<CdtDbtInd>" side "</CdtDbtInd>"
#define BOOKED          "<Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>"
#define ENTRY(inside)   "<Ntry>" inside "</Ntry>\n"
#define DETAILS(inside) "<NtryDtls>" inside "</NtryDtls>"
#define DETAIL(inside)  "<TxDtls>" inside "</TxDtls>"
/* Ten euros come in. */
#define TEN AMOUNT("10.00") SIDE("CRDT") BOOKED
/* A statement of one entry of ten euros with one transaction. */
#define ONE(inside) START ZERO ENTRY(TEN DETAILS(DETAIL(inside))) BALANCE("CLBD", "10", "CRDT") END

#endif
