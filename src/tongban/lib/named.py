"""The mixin of every model that carries a name: the name and the keys it is sorted and searched by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib.postgres.indexes import GinIndex
from django.core import checks
from django.db import models
from django.db.models import F, Func, Lookup, Value

from tongban.lib.names import name_key

PINYIN_LENGTH = 200
INITIALS_LENGTH = 60
Row = TypeVar("Row", bound="Named")

# Only the stubs know fields as generic.
if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class NameKeyField(_CharField):
    """A key of ``name``, filled on every save and bulk_create; ``part`` is ``pinyin`` or ``initials``.

    Collation C makes one ordinary index serve both sorting and search by prefix. Longer keys are cut: a
    search by prefix never needs the tail.
    """

    def __init__(self, *args: Any, part: str, **kwargs: Any) -> None:
        kwargs.setdefault("db_collation", "C")
        kwargs.setdefault("editable", False)
        kwargs.setdefault("default", "")
        self.part = part
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return str(name), path, list(args), {**kwargs, "part": self.part}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        # Models in migrations lack the class attribute: a migration that writes organisations sets it itself.
        personal = getattr(model_instance, "is_personal_name", True)
        key = name_key(getattr(model_instance, "name", ""), personal=personal)
        value = str(getattr(key, self.part))[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value


@models.CharField.register_lookup
class Holds(Lookup):
    """``name__holds="老窖"``: the characters stand in the name, side by side; found by the index of single characters."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Rows with all the characters, by the index; of those the rows with the characters in this order."""
        name, params = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        pattern = f"%{connection.ops.prep_for_like_query(text)}%"
        letters = sorted(set(text))
        return f"(string_to_array({name}, NULL) @> %s::text[] AND {name} LIKE %s)", [*params, letters, *params, pattern]


class Named(models.Model):
    """A row with a name that is found by 张三, zhangsan and zs; search it with ``name_query``.

    A model with a Meta of its own writes ``class Meta(Named.Meta)``, and adds to ``Named.Meta.indexes`` when
    it has indexes of its own. Organisations and places set ``is_personal_name = False``: 单位 is read danwei,
    but 单雄信 shan. ``update(name=…)`` and ``bulk_update`` bypass the keys: save, or use ``fill_name_keys``.
    """

    is_personal_name: ClassVar[bool] = True

    name = models.CharField(max_length=200)
    name_pinyin = NameKeyField(max_length=PINYIN_LENGTH, part="pinyin")
    name_initials = NameKeyField(max_length=INITIALS_LENGTH, part="initials")

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["name_pinyin"], name="%(app_label)s_%(class)s_py"),
            models.Index(fields=["name_initials"], name="%(app_label)s_%(class)s_in"),
            GinIndex(Func(F("name"), Value(None), function="string_to_array"), name="%(app_label)s_%(class)s_ch"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if fields is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "name_pinyin", "name_initials"}
        super().save(*args, **kwargs)

    @classmethod
    def check(cls, **kwargs: Any) -> list[checks.CheckMessage]:
        """A subclass that forgot ``class Meta(Named.Meta)`` would be searched row by row: refuse to start."""
        indexed = {index.fields[0] if index.fields else index.name[-3:] for index in cls._meta.indexes}
        missing = {"name_pinyin", "name_initials", "_ch"} - indexed
        hint = "Derive Meta from Named.Meta and keep its indexes."
        label = cls._meta.label
        text = "%s has no index on %s"
        own = [checks.Error(text % (label, field), hint=hint, id="names.E001") for field in sorted(missing)]
        return [*super().check(**kwargs), *own]


def fill_name_keys(rows: Iterable[Row]) -> list[Row]:
    """The rows with fresh keys, for a ``bulk_update`` of name, name_pinyin and name_initials."""
    filled = list(rows)
    for row in filled:
        for field in row._meta.concrete_fields:
            if isinstance(field, NameKeyField):
                field.pre_save(row, add=False)
    return filled
