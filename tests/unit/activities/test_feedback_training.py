"""A model of themes: the same examples give the same one, it is small, and it keeps nobody's rare words."""

from random import Random

import pytest

from activities.feedback.model import MAX_WEIGHTS, ThemeModel, UnusableModelError, terms_of
from activities.feedback.training import Example, Fitted, TooFewExamplesError, chosen, fit
from domain.record import canonical, content_hash
from tests.unit.activities.examples import examples


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(examples())


def test_the_order_of_examples_and_repetitions_do_not_matter(fitted: Fitted) -> None:
    shuffled = [*examples(), *examples()[:20]]
    Random(1).shuffle(shuffled)
    assert content_hash(fit(shuffled).content()) == content_hash(fitted.content())
    assert content_hash(fit(examples(31)).content()) != content_hash(fitted.content())


def test_it_sorts_what_it_has_not_seen(fitted: Fitted) -> None:
    model = ThemeModel.read(fitted.content())
    assert fitted.document.accuracy > 0.9
    assert model.sort("the courier left my parcel somewhere").likeliest == "delivery"
    likeliest, confidence, runner_up, second = model.sort("password reset code")
    assert (likeliest, runner_up in ("delivery", "price")) == ("login", True)
    assert 0.5 < confidence <= 1
    assert 0 <= second < confidence
    assert model.sort("quite unheard of").likeliest is None


def test_two_themes_are_told_apart_too() -> None:
    model = ThemeModel.read(fit(examples(themes=("login", "price"))).content())
    assert model.sort("password forgot").likeliest == "login"
    assert model.sort("expensive bill").likeliest == "price"
    assert model.sort("expensive bill").runner_up == "login"


def test_what_was_measured_is_stored_with_it(fitted: Fitted) -> None:
    document = fitted.document
    assert (document.examples, document.held_out, document.seed, document.threshold) == (90, 18, 0, 0.5)
    assert fitted.themes == {"login": 30, "delivery": 30, "price": 30}
    strict = fit(examples(), threshold=0.99).document
    assert strict.unsorted > document.unsorted


def test_a_word_that_fewer_than_three_texts_hold_is_not_kept(fitted: Fitted) -> None:
    given = examples()
    named = [Example("login", f"{given[n].text} zenobia") for n in range(2)]
    terms = fit([*given, *named, *named]).document.terms  # sent again: still two different texts
    assert not any("zenobia" in term for term in terms)
    third = Example("price", "zenobia again please")
    assert "zenobia" in fit([*given, *named, third]).document.terms


def test_a_large_one_is_bounded() -> None:
    words = [f"word{n}" for n in range(1_500)]
    rng = Random(3)
    many = [Example(f"theme-{n % 150}", " ".join(rng.sample(words, 12))) for n in range(1_500)]
    document = fit(many).document
    assert len(document.terms) * len(document.themes) <= MAX_WEIGHTS
    assert len(canonical(document.model_dump(mode="json"))) < 3_000_000


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param([], "there is none", id="none"),
        pytest.param(examples(60, ("login",)), r"of 60 texts 60 can be used \(login has 60\)$", id="one theme"),
        pytest.param(
            examples(4), "of 12 texts 0 can be used; 12 are of themes with fewer than 5 .delivery has 4", id="four each"
        ),
        pytest.param(
            [*examples(1, ("login",))] * 3, "of 3 texts 0 can be used; 2 say the same as another; 1 is of", id="equal"
        ),
        pytest.param(examples(24, ("login", "price")), "at least 50 different", id="48 of two themes"),
    ],
)
def test_too_few_examples_are_refused_with_what_is_needed(given: list[Example], says: str) -> None:
    with pytest.raises(TooFewExamplesError, match=says):
        fit(given)


def test_themes_with_too_few_examples_are_left_out_and_counted() -> None:
    given = [*examples(30, ("login", "price")), *examples(4, ("delivery",))]
    usable, themes, left_out = chosen(given)
    assert (len(usable), themes, left_out) == (60, {"login": 30, "price": 30}, {"delivery": 4})


def test_words_that_explain_nothing_are_not_shown(fitted: Fitted) -> None:
    model = ThemeModel.read(fitted.content())
    text = "my login is very locked again the price"
    shown = {word for word, _ in model.words(text, "login")}
    assert {"is", "the", "my"} <= set(fitted.document.terms), "the model keeps them"
    assert {"login", "locked"} <= shown
    assert not shown & {"is", "the", "my", "very", "again"}


def test_texts_that_share_no_word_are_refused() -> None:
    given = [Example("ab"[n % 2], f"single{n}") for n in range(60)]
    with pytest.raises(TooFewExamplesError, match="no word is held by 3"):
        fit(given)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"format": "tandem.theme-model/2"}, "not known to this build", id="of a later version"),
        pytest.param({"format": None}, "not known to this build", id="of no version"),
        pytest.param({"weights": [[1]]}, "damaged", id="weights that do not fit"),
        pytest.param({"idf": []}, "damaged", id="a part is gone"),
        pytest.param({"bias": [0, 0, "x"]}, "damaged", id="no number"),
    ],
)
def test_a_damaged_model_is_refused(fitted: Fitted, changes: dict[str, object], why: str) -> None:
    with pytest.raises(UnusableModelError, match=why):
        ThemeModel.read({**fitted.content(), **changes})


@pytest.mark.parametrize("content", [None, [], "x"], ids=["nothing", "a list", "a text"])
def test_what_is_no_model_is_refused(content: object) -> None:
    with pytest.raises(UnusableModelError):
        ThemeModel.read(content)


def test_an_explanation_names_the_words_that_decided(fitted: Fitted) -> None:
    model = ThemeModel.read(fitted.content())
    words = dict(model.words("the parcel is late, again late", "delivery"))
    assert words["parcel"] > 0
    assert "zebra" not in words
    assert model.words("parcel", "no such theme") == []


def test_features_are_words_and_neighbours_whatever_the_spelling() -> None:
    assert terms_of("My CARD, a ﬁle") == ["my", "card", "file", "my card", "card file"]
    assert terms_of("") == []
