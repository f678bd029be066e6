"""A recipe is one line: what is read is written again, and a mistake is told with its place."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import (
    GAT,
    Activation,
    Edges,
    GatvizError,
    JumpingKnowledge,
    LayerSettings,
    Linear,
    LogSoftmax,
    Readout,
    Recipe,
    Sum,
)
from gatviz.attention.activations import ACTIVATIONS
from gatviz.model.around import kind_of_word
from gatviz.model.recipe import Added, Named, Worded
from gatviz.model.step import Step


def outcome(make: Callable[[], Recipe]) -> tuple[Recipe | None, str]:
    """What is read, or the sentence that refuses it."""
    try:
        return make(), ""
    except GatvizError as error:
        return None, str(error)


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}(\.[A-Za-z0-9_]{1,4}){0,2}", fullmatch=True).filter(
    lambda name: name != "x" and kind_of_word(name) is None and "norm" not in name.lower()
)
words = st.sampled_from(
    [
        *(Activation(name) for name in ("none", *ACTIVATIONS) if name != "prelu"),
        *(JumpingKnowledge(mode) for mode in ("cat", "max", "last")),
        *(Readout(how) for how in ("mean", "sum", "max")),
        LogSoftmax(),
    ]
) | st.floats(-1e9, 1e9, allow_nan=False).map(lambda slope: Activation("leaky_relu", slope))
parts = st.recursive(
    names.map(Named) | words.map(Worded),
    lambda inner: st.builds(
        lambda steps, skip: Added(tuple(steps), skip=skip),
        st.lists(inner, min_size=1, max_size=3),
        st.none() | names.map(Named),
    ),
    max_leaves=6,
)
recipes = st.lists(parts, min_size=1, max_size=6).map(lambda steps: Recipe(tuple(steps)))


@given(recipes)
def test_what_is_written_is_read_again(recipe: Recipe) -> None:
    assert Recipe.parse(str(recipe)) == recipe
    assert str(Recipe.parse(str(recipe))) == str(recipe)


@given(recipes, st.sampled_from(["", " ", "\t ", "\n"]))
def test_spaces_do_not_matter(recipe: Recipe, space: str) -> None:
    line = str(recipe)
    for sign in (" > ", " + "):
        line = line.replace(sign, f"{space}{sign.strip()}{space}")
    assert Recipe.parse(line) == recipe


@given(st.text(alphabet=st.sampled_from("abx >+().0elujk")) | st.text())
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    found, refusal = outcome(lambda: Recipe.parse(text))
    if found is None:
        assert refusal.startswith("recipe, column ")
        assert "\n" not in refusal
    else:
        assert Recipe.parse(str(found)) == found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "recipe, column 1: expected a step, found the end"),
        ("lin >", "recipe, column 6: expected a step, found the end"),
        ("lin > > elu", "recipe, column 7: expected a step, found '>'"),
        ("lin elu", "recipe, column 5: expected > between steps, found 'elu'"),
        ("lin > x", r"recipe, column 8: expected \+ after x, found 'the end'"),
        ("lin > x + ", "recipe, column 11: expected a step, found the end"),
        ("lin > x + (conv", "recipe, column 16: expected a closing bracket, found 'the end'"),
        ("a > jk(lstm)", "recipe, column 5, jk: expected 'cat', 'max' or 'last', found 'lstm', "),
        ("a > jk", "recipe, column 5, jk: expected 'cat', 'max' or 'last', found ''"),
        ("a > mean(2)", "recipe, column 5, 'mean': expected nothing in brackets, found '2'"),
        ("a > b(2)", "recipe, column 5, 'b': expected nothing in brackets, found '2'"),
        ("a > leaky_relu(b)", "recipe, column 5, 'leaky_relu': expected its slope in the brackets, found 'b'"),
        ("a > leaky_relu(nan)", "recipe, column 5, slope: expected"),
        (
            "a > pair_norm",
            "recipe, column 5, step: expected one of .*, found 'pair_norm', which gatviz does not",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(line: str, message: str) -> None:
    with pytest.raises(GatvizError, match=f"^{message}"):
        Recipe.parse(line)


def test_deep_brackets_are_refused_before_python_gives_up() -> None:
    with pytest.raises(GatvizError, match="at most 20 sums in each other"):
        Recipe.parse("x + (" * 5000 + "a" + ")" * 5000)


def test_a_line_of_more_steps_than_any_model_has_is_refused_at_once() -> None:
    assert len(Recipe.parse(" > ".join(["a"] * 1000)).parts) == 1000
    with pytest.raises(GatvizError, match=r"^recipe, column 4001: expected at most 1,000 steps, found more"):
        Recipe.parse(" > ".join(["a"] * 100_000))


def test_an_activation_after_a_layer_is_its_own() -> None:
    modules: dict[str, Step | LayerSettings] = {
        "conv1": LayerSettings(num_heads=2),
        "conv2": LayerSettings(activation="tanh"),
        "lin": Linear(3),
    }
    steps = Recipe.parse("conv1 > relu > conv2 > leaky_relu(0.2) > lin > elu").steps(modules)
    assert steps[0] == ("conv1", LayerSettings(num_heads=2, activation="relu"))
    assert steps[1:] == (
        ("conv2", LayerSettings(activation=None)),
        Activation("leaky_relu", 0.2),
        ("lin", Linear(3)),
        Activation("elu"),
    )
    assert GAT.of_steps(4, steps).recipe == Recipe.parse("conv1 > relu > conv2 > leaky_relu(0.2) > lin > elu")


def test_a_name_that_is_not_in_the_file_is_told_with_its_column() -> None:
    with pytest.raises(
        GatvizError, match=r"^recipe, column 9: expected a step, or one of the modules 'conv1', found 'cnv'"
    ):
        Recipe.parse("conv1 > cnv").steps({"conv1": LayerSettings()})


MODULES = st.sampled_from([LayerSettings(num_heads=1, out_features=4), Linear(4)])
FITTING = st.lists(
    st.one_of(
        MODULES,
        st.sampled_from([Activation("relu"), Activation("elu"), Activation("leaky_relu", 0.3), LogSoftmax()]),
        st.lists(MODULES, min_size=1, max_size=2).map(Sum),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(FITTING, st.data())
def test_a_steps_number_is_its_place_in_the_trace_and_its_word_is_the_recipes(
    given_steps: list[Any], data: st.DataObject
) -> None:
    """Also where σ of an attention layer, which a recipe writes as a word of its own, stands before."""
    number = count()

    def with_name(step: Any) -> Any:
        if isinstance(step, Sum):
            return Sum(tuple(map(with_name, step.steps)))
        return (f"m{next(number)}", step) if isinstance(step, LayerSettings | Linear) else step

    named = list(map(with_name, given_steps))
    first: Any = ("first", LayerSettings(num_heads=1, out_features=4))
    model = GAT.of_steps(4, [first, *named]).eval()
    trace = model.trace(np.eye(4), Edges.from_adjacency(np.eye(4)))
    assert len(trace.steps) == len(model.steps)
    for k, step in enumerate(trace.steps):
        assert step.at.startswith(f"step {k} (")
        label = step.at.removeprefix(f"step {k} (").removesuffix(")")
        unnamed = label.startswith("x + m") if step.kind == "Sum" else label in str(model.recipe)
        assert label == step.name or (not step.name and unnamed)
    at = data.draw(st.integers(0, len(named)))
    odd: Any = ("odd", Linear(4, in_features=99))
    with pytest.raises(GatvizError, match=rf"^step {at + 1} \(odd\), x: "):
        GAT.of_steps(4, [first, *named[:at], odd, *named[at:]])
