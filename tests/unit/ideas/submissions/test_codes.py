from groundswell_ideas.submissions.rules.codes import product_code_of


def test_a_code_stays_what_it_was_printed_as() -> None:
    assert product_code_of("idea_01jd5w0h3v8m6q2y9k4r7t1xzp") == "R33A-3H45-VZGW"


def test_each_idea_has_its_own() -> None:
    assert len({product_code_of(f"idea_{n}") for n in range(20_000)}) == 20_000
