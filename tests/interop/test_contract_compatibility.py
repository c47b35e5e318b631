"""The contract only grows: compares proto/ with the descriptor image of the released contract, proto/released.binpb.

What would break a client or a stored event fails here: a message, field, enum, value, service or method that is gone or changed its
number, type, label or oneof; a removed field or value whose number and name are not reserved. `proto/release` writes a new image.
"""
import os
import pathlib
import subprocess

import pytest
from google.protobuf import descriptor_pb2

SOURCE = pathlib.Path(os.environ.get("DUNLIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
PROTO = SOURCE / "proto"


def compile_contract(folder, tmp_path):
    image = tmp_path / "now.binpb"
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.proto"))
    subprocess.run(["protoc", f"--proto_path={folder}", f"--descriptor_set_out={image}", *files], check=True)
    return descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes())


def messages(file):
    """Every message of a file with its full name, nested ones too."""
    stack = [(f"{file.package}.{message.name}", message) for message in file.message_type]
    while stack:
        name, message = stack.pop()
        yield name, message
        stack += [(f"{name}.{nested.name}", nested) for nested in message.nested_type]


def index(image):
    found = {"messages": {}, "enums": {}, "services": {}}
    for file in image.file:
        for name, message in messages(file):
            found["messages"][name] = message
            for enum in message.enum_type:
                found["enums"][f"{name}.{enum.name}"] = enum
        for enum in file.enum_type:
            found["enums"][f"{file.package}.{enum.name}"] = enum
        for service in file.service:
            found["services"][f"{file.package}.{service.name}"] = service
    return found


def is_reserved(message, number, name):
    return any(r.start <= number < r.end for r in message.reserved_range) and name in message.reserved_name


def is_reserved_value(enum, number, name):
    return any(r.start <= number <= r.end for r in enum.reserved_range) and name in enum.reserved_name


def oneof_of(message, field):
    return message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None


def breaks_in_message(name, old, new):
    now = {field.number: field for field in new.field}
    for field in old.field:
        other = now.get(field.number)
        if other is None:
            if not is_reserved(new, field.number, field.name):
                yield f"{name}.{field.name} = {field.number} is gone and not reserved"
            continue
        for what in ("name", "type", "label", "type_name"):
            if getattr(field, what) != getattr(other, what):
                yield f"{name}.{field.name} = {field.number}: {what} changed from {getattr(field, what)} to {getattr(other, what)}"
        if oneof_of(old, field) != oneof_of(new, other):
            yield f"{name}.{field.name} moved into or out of a oneof"


def breaks_in_enum(name, old, new):
    now = {value.number: value.name for value in new.value}
    for value in old.value:
        if value.number not in now:
            if not is_reserved_value(new, value.number, value.name):
                yield f"{name}.{value.name} = {value.number} is gone and not reserved"
        elif now[value.number] != value.name:
            yield f"{name}: {value.number} was {value.name} and is {now[value.number]}"


def breaks_in_service(name, old, new):
    now = {method.name: method for method in new.method}
    for method in old.method:
        other = now.get(method.name)
        if other is None:
            yield f"{name}.{method.name} is gone"
        elif (method.input_type, method.output_type) != (other.input_type, other.output_type):
            yield f"{name}.{method.name} changed its request or reply"


CHECKS = {"messages": breaks_in_message, "enums": breaks_in_enum, "services": breaks_in_service}


def breaking_changes(old_image, new_image):
    old, new = index(old_image), index(new_image)
    for kind, check in CHECKS.items():
        for name, thing in old[kind].items():
            if name not in new[kind]:
                yield f"{kind[:-1]} {name} is gone"
            else:
                yield from check(name, thing, new[kind][name])


def test_contract_only_grew_since_the_release(tmp_path):
    released = descriptor_pb2.FileDescriptorSet.FromString((PROTO / "released.binpb").read_bytes())
    found = list(breaking_changes(released, compile_contract(PROTO, tmp_path)))
    assert not found, "breaking changes (a v2 package is the way):\n" + "\n".join(found)


OLD = """syntax = "proto3"; package t.v1;
message M { int64 kept = 1; string gone = 2; oneof choice { int32 inside = 3; } }
enum E { E_UNSPECIFIED = 0; E_ONE = 1; }
service S { rpc Do(M) returns (M); }"""


@pytest.mark.parametrize("change, expected", [
    (("string gone = 2;", ""), "t.v1.M.gone = 2 is gone and not reserved"),
    (("string gone = 2;", 'reserved 2; reserved "gone";'), None),
    (("int64 kept = 1;", "string kept = 1;"), "t.v1.M.kept = 1: type changed"),
    (("int64 kept = 1;", "int64 renamed = 1;"), "t.v1.M.kept = 1: name changed"),
    (("int64 kept = 1;", "repeated int64 kept = 1;"), "t.v1.M.kept = 1: label changed"),
    (("oneof choice { int32 inside = 3; }", "int32 inside = 3;"), "t.v1.M.inside moved"),
    (("E_ONE = 1;", ""), "t.v1.E.E_ONE = 1 is gone"),
    (("E_ONE = 1;", "E_OTHER = 1;"), "t.v1.E: 1 was E_ONE"),
    (("rpc Do(M) returns (M);", ""), "t.v1.S.Do is gone"),
    (("enum E { E_UNSPECIFIED = 0; E_ONE = 1; }", ""), "enum t.v1.E is gone"),
    (("int64 kept = 1;", "int64 kept = 1; int64 added = 9;"), None),
])
def test_each_kind_of_breaking_change_is_seen(tmp_path, change, expected):
    images = []
    for number, text in enumerate((OLD, OLD.replace(*change))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "t.proto").write_text(text)
        images.append(compile_contract(folder, folder))
    found = list(breaking_changes(*images))
    if expected is None:
        assert found == []
    else:
        assert any(expected in line for line in found), found
