#!/usr/bin/python3
"""Packed bytes of every message of the contract, one line each: `full.message.Name <hex>`, `-` for a message without fields.

    make_messages.py           appends to messages_v1.txt a line for every message and field that no line shows yet
    make_messages.py --check   says what is missing or no longer unpacks, and changes nothing

A line, once committed, never changes: it stands for bytes that lie in logs and are sent by older programs. Each line fills every
field of its message with a value that follows from the field's number and name alone; a message with a oneof has a line for each choice.
"""
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parents[2] / "proto"
LINES = HERE / "messages_v1.txt"


def load_contract():
    """The pool of all .proto files and the descriptors of all messages, in the order of their names."""
    pool = descriptor_pool.DescriptorPool()
    files = sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))
    with tempfile.NamedTemporaryFile() as image:
        subprocess.run(["protoc", f"--proto_path={PROTO}", f"--descriptor_set_out={image.name}", *files], check=True)
        for file in descriptor_pb2.FileDescriptorSet.FromString(image.read()).file:
            pool.Add(file)
    stack = [message for file in files for message in pool.FindFileByName(file).message_types_by_name.values()]
    found = []
    while stack:
        message = stack.pop()
        found.append(message)
        stack += message.nested_types
    return pool, sorted(found, key=lambda message: message.full_name)


def value_of(field, nth):
    """The nth value of a field. Even numbers get negative ones, where there are such. test_messages.c knows the same rules: add, do not change."""
    number = field.number + 100 * nth
    sign = 1 if field.number % 2 else -1
    match field.type:
        case FieldDescriptor.TYPE_STRING:
            return f"{field.name} № {number}"
        case FieldDescriptor.TYPE_BYTES:
            return bytes([number % 256, 0, 255]) + field.name.encode()
        case FieldDescriptor.TYPE_INT64:
            return sign * number * 1_000_000_007_001
        case FieldDescriptor.TYPE_INT32:
            return sign * number * 1_000_003
        case FieldDescriptor.TYPE_UINT64:
            return 2**63 + number
        case FieldDescriptor.TYPE_UINT32:
            return 2**31 + number
        case FieldDescriptor.TYPE_BOOL:
            return True
        case FieldDescriptor.TYPE_DOUBLE | FieldDescriptor.TYPE_FLOAT:
            return sign * (number + 0.5)
        case FieldDescriptor.TYPE_ENUM:
            return max(value.number for value in field.enum_type.values)
    raise ValueError(f"{field.full_name}: no rule for this type of field; add one")


def is_repeated(field):
    return field.label == FieldDescriptor.LABEL_REPEATED


def fill(message, choice):
    """Sets every field; of each oneof the member that `choice` (modulo their number) says."""
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof:
            members = field.containing_oneof.fields
            if members[choice % len(members)] != field:
                continue
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for nth in range(2 if is_repeated(field) else 1):
                fill(getattr(message, field.name).add() if is_repeated(field) else getattr(message, field.name), nth)
            if not is_repeated(field):
                getattr(message, field.name).SetInParent()
        elif is_repeated(field):
            getattr(message, field.name).extend(value_of(field, nth) for nth in range(2))
        else:
            setattr(message, field.name, value_of(field, 0))
    return message


def variants(pool, descriptor):
    kind = message_factory.MessageFactory(pool).GetPrototype(descriptor)
    choices = max((len(oneof.fields) for oneof in descriptor.oneofs), default=1)
    return [fill(kind(), choice) for choice in range(choices)]


def pack(message):
    return message.SerializeToString(deterministic=True)


def fields_in(message):
    return {field.name for field, _ in message.ListFields()}


def read_lines():
    for number, line in enumerate(LINES.read_text().splitlines() if LINES.exists() else [], 1):
        name, text = line.split(" ")
        yield number, name, b"" if text == "-" else bytes.fromhex(text)


def broken_lines(pool):
    """What is wrong with the lines that are there, and for each message the fields that they show."""
    problems, shown = [], {}
    for number, name, packed in read_lines():
        where = f"{LINES.name}:{number}: {name}"
        try:
            message = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(name)).FromString(packed)
        except Exception as error:  # an unknown name, or bytes that no longer unpack: the pool and the parser have an exception each
            problems.append(f"{where}: {error}")
            continue
        if len(pack(message)) != len(packed):
            problems.append(f"{where}: is packed differently now")
        shown.setdefault(name, set()).update(fields_in(message))
    return problems, shown


def missing_lines(pool, messages, shown):
    for descriptor in messages:
        is_new = descriptor.full_name not in shown
        known = set(shown.get(descriptor.full_name, ()))
        for message in variants(pool, descriptor):
            if is_new or fields_in(message) - known:
                is_new = False
                known |= fields_in(message)
                yield f"{descriptor.full_name} {pack(message).hex() or '-'}"


def main():
    pool, messages = load_contract()
    problems, shown = broken_lines(pool)
    missing = list(missing_lines(pool, messages, shown))
    for problem in problems:
        print(problem, file=sys.stderr)
    if "--check" in sys.argv[1:]:
        for line in missing:
            print(f"{LINES.name}: nothing shows all of {line.split()[0]}; run {pathlib.Path(__file__).name}", file=sys.stderr)
        return 1 if problems or missing else 0
    with LINES.open("a") as file:
        file.writelines(line + "\n" for line in missing)
    print(f"{LINES.name}: {len(missing)} lines added")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
