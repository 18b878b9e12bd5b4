"""Recipes: what is written is what is read, and a mistake is answered with the field and the remedy."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.training.recipe import Recipe, parse_recipe, read_recipe, recipe_text, with_settings

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text("abcdefghij_", min_size=1, max_size=8)
SCALARS = st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
RATES = st.floats(1e-8, 10)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    training = {
        "n_epochs": draw(st.integers(1, 100_000)),
        "seed": draw(st.integers(0, 2**31 - 1)),
        "save_every_s": draw(st.floats(0, 86_400)),
        "device": draw(st.sampled_from(["auto", "cpu", "cuda", "mps"])),
    }
    phases = draw(st.dictionaries(NAMES.filter(lambda n: n not in OPTIMIZER_FIELDS), PLAYERS, max_size=2))
    model = draw(
        st.dictionaries(NAMES.filter(lambda n: n != "family"), SCALARS | st.lists(SCALARS, max_size=3), max_size=4)
    )
    return Recipe.model_validate(
        {
            "name": draw(TEXT.filter(bool)),
            "data": {
                "source": draw(TEXT),
                "path": draw(TEXT),
                "size": draw(st.none() | st.integers(8, 128)),
                "options": draw(st.dictionaries(TEXT, SCALARS, max_size=3)),
            },
            "model": {"family": "vae", **model},
            "augment": draw(AUGMENTS),
            "training": training,
            "optimizer": {"learning_rate": draw(RATES), "phases": phases},
        }
    )


OPTIMIZER_FIELDS = {"name", "learning_rate", "final_learning_rate", "beta1", "beta2", "weight_decay", "phases"}
AUGMENTS = st.fixed_dictionaries(
    {}, optional={"mirror": st.booleans(), "shift": st.floats(0, 0.25), "colour": st.floats(0, 1)}
)
PLAYERS = st.fixed_dictionaries({}, optional={"learning_rate": RATES, "beta1": st.floats(0, 0.99)})


@given(recipes())
def test_a_recipe_survives_its_file(recipe: Recipe) -> None:
    assert parse_recipe(recipe_text(recipe)) == recipe
    assert recipe_text(parse_recipe(recipe_text(recipe))) == recipe_text(recipe)


@given(recipes())
def test_settings_change_what_they_name_and_nothing_else(recipe: Recipe) -> None:
    changed = with_settings(recipe, ["training.n_epochs=7", "model.beta=4"])
    assert changed == recipe.with_values(training={"n_epochs": 7}, model={"beta": 4})


@given(recipes())
def test_no_settings_change_nothing(recipe: Recipe) -> None:
    assert with_settings(recipe, []) == recipe


def test_players_have_tables_of_their_own() -> None:
    recipe = parse_recipe("[optimizer]\nlearning_rate = 1e-3\n[optimizer.discriminator]\nlearning_rate = 4e-4\n")
    assert recipe.optimizer.for_phase("discriminator").learning_rate == 4e-4
    assert recipe.optimizer.for_phase("generator").learning_rate == 1e-3
    assert "[optimizer.discriminator]" in recipe_text(recipe)


def test_a_setting_of_one_player_leaves_the_others_and_the_rest_of_its_own() -> None:
    text = "[optimizer.generator]\nlearning_rate = 1e-4\nbeta1 = 0.5\n[optimizer.discriminator]\nbeta1 = 0.0\n"
    changed = with_settings(parse_recipe(text), ["optimizer.discriminator.learning_rate=4e-4"])
    players = {name: player.model_dump(exclude_none=True) for name, player in changed.optimizer.phases.items()}
    assert players == {
        "generator": {"learning_rate": 1e-4, "beta1": 0.5},
        "discriminator": {"learning_rate": 4e-4, "beta1": 0.0},
    }


@pytest.mark.parametrize(
    ("setting", "section", "field", "value"),
    [
        ("model.beta=4", "model", "beta", 4),
        ("model.beta = 0.5", "model", "beta", 0.5),
        ("model.network=conv", "model", "network", "conv"),
        ('model.network="conv"', "model", "network", "conv"),
        ("model.is_deep=true", "model", "is_deep", True),
        ("data.path=/a/b c/d.idx", "data", "path", "/a/b c/d.idx"),
        ("name=my run", None, "name", "my run"),
        ("model.note=a=b", "model", "note", "a=b"),
        ("data.options.tilt=0.5", "data", "options", {"tilt": 0.5}),
    ],
)
def test_values_are_toml_and_bare_words_are_text(setting: str, section: str | None, field: str, value: object) -> None:
    changed = with_settings(Recipe(), [setting]).model_dump()
    assert (changed if section is None else changed[section])[field] == value


@pytest.mark.parametrize("setting", ["model.beta", "=4", ".beta=4", "model.=4", "", "model..beta=4"])
def test_what_is_no_setting_is_told_how_one_is_written(setting: str) -> None:
    with pytest.raises(StudioError, match="is no setting: write it as section"):
        with_settings(Recipe(), [setting])


def test_a_setting_below_a_number_leads_nowhere() -> None:
    with pytest.raises(StudioError, match=r'"training\.seed\.x" leads nowhere: seed has no fields'):
        with_settings(Recipe(), ["training.seed.x=1"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[training]\nbatchsize = 5\n", 'training.batchsize: is not known; did you mean "batch_size"?'),
        ("[trainning]\nseed = 5\n", 'trainning: is not known; did you mean "training"?'),
        ("[training]\nn_epochs = 0\n", "training.n_epochs: 0 does not fit: it should be greater than or equal to 1."),
        ('[training]\nn_epochs = "ten"\n', "training.n_epochs: 'ten' does not fit"),
        ("[training]\nbatch_size = 1\n", "training.batch_size: 1 does not fit"),
        ("[optimizer]\nlearning_rate = nan\n", "optimizer.learning_rate: nan does not fit"),
        ("[data]\nsize = 4\n", "data.size: 4 does not fit: it should be greater than or equal to 8."),
        (
            '[training]\ndevice = "gpu"\n',
            "training.device: 'gpu' does not fit: it should be 'auto', 'cpu', 'cuda' or 'mps'.",
        ),
        ("[optimizer.generator]\nrate = 1\n", "rate: is not known"),
        ("data = 5\n", "data: 5 does not fit"),
        ("optimizer = 5\n", "optimizer: 5 does not fit"),
        ("name = ", "is not valid TOML"),
        ("\0", "is not valid TOML"),
    ],
)
def test_a_mistake_names_the_field_and_the_remedy(text: str, sentence: str) -> None:
    with pytest.raises(StudioError) as told:
        parse_recipe(text, "my.toml")
    assert str(told.value).startswith("my.toml ")
    assert sentence in str(told.value)


@given(st.text())
def test_any_text_is_a_recipe_or_a_sentence(text: str) -> None:
    with suppress(StudioError):
        assert isinstance(parse_recipe(text), Recipe)


def test_a_mistake_in_the_familys_settings_is_told_by_the_family() -> None:
    recipe = parse_recipe('[model]\nfamily = "vae"\nbetta = 4\n')
    with pytest.raises(StudioError, match=r'\[model\] betta: is not known; did you mean "beta"\?'):
        recipe.config()
    with pytest.raises(StudioError, match='There is no family "vea": did you mean "vae"'):
        parse_recipe('[model]\nfamily = "vea"\n').config()
    with pytest.raises(StudioError, match=r'\[model\] family is missing: write family = "vae" there'):
        parse_recipe("[model]\nbeta = 4\n").config()


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"is not there: give the path of a recipe \(\.toml\)"):
        read_recipe(tmp_path / "gone.toml")
    with pytest.raises(StudioError, match="is a folder: give the path of a recipe"):
        read_recipe(tmp_path)
    (tmp_path / "picture.toml").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(StudioError, match=r"picture\.toml is no text file"):
        read_recipe(tmp_path / "picture.toml")
