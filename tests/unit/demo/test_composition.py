"""Pieces keep to their maqam and iqa', fill their time, and repeat with variation."""

import itertools

import numpy as np
import pytest

from takht.core.randomness import rng_for
from takht.demo import melody
from takht.demo.composers import COMPOSERS
from takht.demo.composition import compose
from takht.demo.heterophony import LONG_SECONDS, Player, part
from takht.demo.iqaat import IQAAT
from takht.demo.maqamat import MAQAMAT, OCTAVE_CENTS
from takht.demo.score import FREE, Note

SECONDS = 70.0
PIECES = {
    profile.folder: [compose(profile, SECONDS, rng_for(take, profile.folder)) for take in range(6)]
    for profile in COMPOSERS
}
ALL = [piece for pieces in PIECES.values() for piece in pieces]
STEADY = Player(octave=0, lag_seconds=0, loose_seconds=0, sparse=0, tremolo=0, trill=0)


@pytest.mark.parametrize("profile", COMPOSERS, ids=lambda profile: profile.folder)
def test_composers_keep_to_their_maqamat_iqaat_and_tempo(profile):
    for piece in PIECES[profile.folder]:
        assert piece.maqam in profile.maqamat
        assert piece.iqa in profile.iqaat
        iqa = IQAAT[piece.iqa]
        bpm = 60 / (piece.slot_seconds * iqa.slots_per_beat) * 4 / iqa.beat_unit
        slowest, fastest = profile.tempo_bpm
        assert 0.9 * slowest < bpm < 1.1 * fastest


def test_notes_belong_to_the_maqam_or_to_a_turn_of_it():
    for piece in ALL:
        maqam = MAQAMAT[piece.maqam]
        scales = [maqam.scale, *(maqam.turned(turn) for turn in maqam.turns)]
        for _, passage in itertools.groupby(piece.notes, key=lambda note: note.passage):
            sung = {note.cents % OCTAVE_CENTS for note in passage}
            assert any(sung <= set(scale) for scale in scales)


def test_pieces_end_on_a_long_tonic():
    for piece in ALL:
        assert piece.notes[-1].degree == 0
        assert piece.notes[-1].seconds > np.median([note.seconds for note in piece.notes])


def test_pieces_fill_their_time_with_whole_cycles():
    for piece in ALL:
        cycle_seconds = len(IQAAT[piece.iqa].strokes) * piece.slot_seconds
        assert piece.opening_seconds + piece.cycles * cycle_seconds == pytest.approx(SECONDS)
        last = piece.notes[-1]
        end_seconds = last.start_seconds + last.seconds
        assert end_seconds == pytest.approx(SECONDS - 0.5 * piece.slot_seconds)


def test_one_note_at_a_time():
    for piece in ALL:
        for one, next_one in itertools.pairwise(piece.notes):
            assert one.seconds > 0
            assert one.start_seconds + one.seconds <= next_one.start_seconds + 1e-9


def test_free_notes_end_before_the_drums_and_measured_ones_lie_on_half_slots():
    for piece in ALL:
        for note in piece.notes:
            if note.passage == FREE:
                assert note.start_seconds + note.seconds <= piece.opening_seconds
            else:
                slots = (note.start_seconds - piece.opening_seconds) / piece.slot_seconds
                assert 2 * slots == pytest.approx(round(2 * slots), abs=1e-6)


def test_some_pieces_open_freely_and_some_turn():
    free = sum(piece.notes[0].passage == FREE for piece in ALL)
    turned = sum(
        any(note.scale != MAQAMAT[piece.maqam].scale for note in piece.notes) for piece in ALL
    )
    assert 0.15 < free / len(ALL) < 0.7
    assert 0.15 < turned / len(ALL) < 0.8


def test_a_phrase_comes_back_with_a_few_tones_changed():
    likeness = []
    for piece in ALL:
        passages = {}
        for note in piece.notes:
            passages.setdefault(note.passage, []).append(note)
        # Every form begins with A, and the shortest has two phrases, the longest four.
        lines = [
            [n.degree for n in notes] for number, notes in passages.items() if number % 4 == 0
        ][:2]
        if len(lines) == 2 and len(lines[0]) == len(lines[1]):
            likeness.append(np.mean(np.array(lines[0]) == np.array(lines[1])))
    assert len(likeness) > 20
    assert 0.7 < np.mean(likeness) < 0.99


@pytest.mark.parametrize("profile", COMPOSERS, ids=lambda profile: profile.folder)
def test_phrases_go_where_they_are_sent_with_the_composers_cadence(profile):
    iqa = IQAAT["maqsum"]
    for take in range(20):
        home = melody.compose_phrase(profile, iqa, 3, (4, 0), rng_for(take))
        away = melody.compose_phrase(profile, iqa, 3, (0, 4), rng_for(take))
        degrees = [tone.degree for tone in home]
        shared = min(len(degrees), len(profile.cadence))
        assert tuple(degrees[-shared:]) == profile.cadence[-shared:]
        assert (away[0].degree, away[-1].degree) == (0, 4)
        assert home[-1].slot + home[-1].slots == len(iqa.strokes) * 3 - 0.5


def test_varied_moves_inner_tones_by_one_step_as_often_as_asked():
    line = tuple(melody.Tone(slot, 1, 3) for slot in range(4004))
    steps = np.array([tone.degree - 3 for tone in melody.vary(line, 0.25, rng_for(0))])
    assert set(steps) == {-1, 0, 1}
    assert steps[0] == 0
    assert not steps[-3:].any()
    assert np.mean(steps != 0) == pytest.approx(0.25, abs=0.03)


def test_same_seed_same_piece_other_seed_another():
    first, again, other = (compose(COMPOSERS[0], 40.0, rng_for(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


class TestPart:
    NOTES = tuple(
        Note(i * 1.0, 0.9, degree, MAQAMAT["bayati"].scale, 0.8, 0)
        for i, degree in enumerate((0, 1, 4, 3, 0))
    )

    def plain(self, **changes):
        fields = {"grace": 0.0, "trill": 0.0, "tremolo": 0.0} | changes
        return COMPOSERS[0].__class__(**(COMPOSERS[0].__dict__ | fields))

    def test_without_manners_the_line_is_played_as_written(self):
        assert tuple(part(self.NOTES, STEADY, self.plain(), rng_for(0))) == self.NOTES

    def test_octave_and_lag(self):
        player = Player(octave=-1, lag_seconds=0.02, loose_seconds=0, sparse=0, tremolo=0, trill=0)
        played = part(self.NOTES, player, self.plain(), rng_for(0))
        for given, note in zip(self.NOTES, played, strict=True):
            assert note.cents == given.cents - 1200
            assert note.start_seconds == pytest.approx(given.start_seconds + 0.02)

    @pytest.mark.parametrize(
        ("ornament", "degrees"), [("tremolo", {1}), ("trill", {1, 2}), ("grace", {0, 1, 2})]
    )
    def test_ornaments_stay_in_the_note_and_in_the_scale(self, ornament, degrees):
        player = Player(octave=0, lag_seconds=0, loose_seconds=0, sparse=0, tremolo=1, trill=1)
        played = part(self.NOTES[1:2], player, self.plain(**{ornament: 1.0}), rng_for(3))
        assert len(played) >= 2
        assert {note.degree for note in played} <= degrees
        assert sum(note.seconds for note in played) == pytest.approx(0.9)
        for one, next_one in itertools.pairwise(played):
            assert one.start_seconds + one.seconds == pytest.approx(next_one.start_seconds)

    def test_only_short_notes_are_left_out(self):
        player = Player(octave=0, lag_seconds=0, loose_seconds=0, sparse=1, tremolo=0, trill=0)
        short = tuple(
            Note(i * 0.2, LONG_SECONDS - 0.01, 0, MAQAMAT["rast"].scale, 0.8, 0) for i in range(5)
        )
        assert part(short, player, self.plain(), rng_for(0)) == []
        assert len(part(self.NOTES, player, self.plain(), rng_for(0))) == len(self.NOTES)
