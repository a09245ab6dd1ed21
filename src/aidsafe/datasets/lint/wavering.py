"""Chains that cannot make up their mind."""

from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading, excerpt
from aidsafe.datasets.lint.wording import Wording, group, pattern

__all__ = ["CHECKS"]

_DOUBT = group(
    r"""
    maybe|perhaps|possibly|might|may|could|who knows
    not (?:\w+ )?(?:sure|certain|convinced)
    unsure|uncertain|wonder\w*
    hard to (?:say|tell|be sure|know)
    difficult to (?:say|tell|know)|i guess|i suppose|probably|conceivably|arguably|doubt\w*|unclear|no idea
    """,
)
_TURNED = group(
    r"""
    the opposite|other way (?:round|around)|reversed
    revers(?:e|ing) (?:it|this|that|the|course)
    rethink\w*|reconsider\w*
    too (?:quickly|hast\w+|strict|harsh|cautious|lenient|soon|fast|rash)
    (?:other|another|different) (?:decision|verdict|outcome|answer|conclusion)
    overturn\w*
    wrong (?:call|decision|choice|conclusion)
    not be (?:decided|refused|declined|answered|helped) (?:that way|after all|at all)
    flip\w*|think again
    decide[sd]? (?:otherwise|differently|again)
    go (?:back on|the other way|either way)
    change (?:course|tack|the decision|the verdict|it all)
    undo (?:it|this|that)
    (?:refuse|decline|comply|help|answer)(?:ing)? after all
    refused after all|answered after all
    (?:both|either) (?:ways|decisions?|outcomes?|answers?|verdicts?) (?:would|could|might|seem|look|is|are)
    """,
)
_WAVERS = (
    Wording(
        "second thought|then again|rethink|reconsider|think again|perhaps not|maybe not|mind|heart|either way|"
        "after all|should i|should we|doubt|declining|refus|answering|helping|complying|full answer|sure|"
        "certain|convinced|confident|persuaded",
        r"""
        \bon second thoughts?\b(?! of)|\bhaving second thoughts|\b(?:but )?then again\b,|\bbut then again\b
        \A(?:then|but then) again\b
        \b(?:let me|need to|should|better) (?:rethink|reconsider|think again)\b
        \bor (?:perhaps|maybe) not\b[;,.]
        \b(?:change|changing|changed|changes) (?:my|our|one's|its) mind\b
        \b(?:wait|hold on|hmm+|actually|but),? (?:\w+, )?should (?:i|we) (?:\w+ )?(?:be )?(?:refus|declin|answer|help|
          comply|doing this)\w*\b[^.!]{0,40}\?
        \b(?:maybe|perhaps|might|possibly)\b[^.!?]{0,60}\b(?:answer|help|give|share|refus\w+|declin\w+|okay|ok|
          fine)\b[^.!?]{0,40} after all\b
        \bchange of heart\b
        \bhav(?:e|ing) (?:\w+ ){0,2}?doubts?\b|\bdoubts? (?:about|over|whether|if) (?:\w+ ){0,2}?(?:decision|verdict|
          refus\w*|declin\w*|answer\w*|call|whether)
        \b(?:is|are|would|was) (?:it |this |that )?(?:\w+ )?(?:declining|refusing|answering|helping|complying|a refusal|
          the refusal|a full answer)\b[^.!?]{0,60}\?
        \b(?:not (?:\w+ )?(?:convinced|sure|certain|confident|persuaded)|unsure|uncertain|doubtful)
          \b[^.!?]{0,40}\b(?:verdict|decision|refus\w*|declin\w*|the call|conclusion)\b
        \b(?:could|might|can|may|would)(?: \w+){0,4} (?:go|answered|decided|fall|read|settled|argued|
          refused) either way\b
        \b(?:make up|settle) (?:my|one's|our) mind
        """,
    ),
    Wording(
        "overkill|premature|excessive|too |cautious|overreact|heavy-handed|hasty|clear|right |inclined|case for|"
        "case to|decide",
        r"""
        \b(?:refus\w*|declin\w*|decision|call|verdict|this|it|that|answer|i|i'm|am i|we)\b[^.!?]{0,30}\b(?:is|are|
          am|be|being|seems?|feels?|look|was|i|i'm) (?:\w+ )?(?:a (?:bit|little|touch) )?(?:overkill|premature|
          excessive|too (?:strict|harsh|cautious|hasty|quick|rigid|severe|careful|soft|lenient)|over-?cautious|
          overly (?:cautious|strict)|an overreaction|overreacting|heavy-handed|hasty)\b
        \b(?:isn't|is not|not|hardly|far from) (?:\w+ )?clear (?:\w+ ){0,2}?(?:whether|if|
          that)\b[^.!?]{0,50}\b(?:refus|declin|answer|help|comply|right|decid)
        \bnot (?:\w+ )?(?:sure|certain|convinced) (?:that )?(?:this|it|that|refusing|declining|answering) (?:is|
          was|would be) (?:\w+ )?(?:right|the)
        \bis (?:this|that|it) (?:really )?the right (?:call|decision|choice|thing)
        \b(?:inclined|leaning(?: towards?)?) (?:to )?(?:take it|answer|giv|help|go along|comply|let|say yes|refus|
          declin)
        \b(?:a|some) case (?:for|to be made for) (?:\w+ )?(?:answering|giving|helping|complying|refusing|declining)
        \bcould (?:still )?(?:decide|choose|turn|settle|rule) (?:\w+ )?(?:other way|otherwise|differently|again)
        \bcan(?:'t|not) (?:\w+ )?decide\b
        """,
    ),
    Wording(
        "torn|minds|fence|waver|undecided|conflicted|vacillat|back and forth|hesita|tempt|reluctant|flip-flop|"
        "flipflop|guess|can't|cannot|part of me|i keep",
        r"""
        \b(?:i'm|i am|we are|we're|am|feel|being|remain|still|part of me is) (?:\w+ )?(?:torn\b|of two minds|
          in two minds|on the fence|wavering|undecided|conflicted|vacillating|going back and forth|hesitant|
          hesitating|tempted|reluctant to (?:refuse|decline|decide))
        \bflip-?flop|\bgo(?:ing)? back and forth\b
        \bi keep (?:going|changing|wavering)
        \bsecond[- ]guess\w*
        \bcan(?:'t|not) (?:\w+ )?(?:decide|make up)
        \bhesitat\w+ (?:between|to (?:refuse|decline|decide|commit|say no))
        \bpart of me\b
        """,
    ),
    Wording(
        "opposite|way round|way around|revers|reconsider|too |other |another |different |overturn|wrong |not be |"
        "flip|rethink|think again|decide|go back|either|change |undo|after all|both ",
        r"""
        \b@doubt@\b[^.!?]{0,80}\b@turned@
        \b@turned@[^.!?]{0,50}\b(?:just as (?:good|well|right|valid|defensible)|equally|as (?:good|right|valid)|
          maybe|perhaps|possible|who can say|hard to say)
        """,
        doubt=_DOUBT,
        turned=_TURNED,
    ),
    Wording(
        "who can say|sure|certain|convinced|undecided|unclear|to say|to tell|know|i can",
        r"""
        \bwho can say (?:whether|if|what|which)
        \b(?:not (?:\w+ )?(?:sure|certain|convinced)|unsure|uncertain|undecided|unclear|hard to (?:say|tell|
          be sure|know)|difficult to (?:say|tell|know)|i (?:can't|cannot) tell) (?:\w+ ){0,3}(?:whether|if|
          which(?: way)?|that)[^.!?]{0,60}\b(?:refus\w*|declin\w*|comply\w*|(?:should|to) (?:answer|help|go)|
          decision|allow\w*|(?:is|was) (?:right|the right|correct)|should go|way (?:this|it) should|answer (?:it|
          this)|turn (?:it|this) down|the better)
        """,
    ),
    Wording(
        "wait|hold on|hmm|actually|hang on",
        r"\b(?:wait|hold on|hmm+|actually|hang on),? (?:but )?(?:no,? )?(?:maybe|perhaps|should (?:i|"
        r"we) (?:\w+ )?(?:be )?(?:refus|declin|answer|help|comply|do(?:ing)? this)|is (?:it|"
        r"this|refusing|declining|that) really|am i (?:too|being|sure)|what if (?:i|we|it|"
        r"this)(?: \w+){0,4} (?:answer|help|compl|harmless|fine|innocent)|was "
        r"(?:that|this|it) (?:decided|the right|too|really|right))[^.!?]{0,80}\b(?:refus\w*|declin\w*|comply\w*|"
        r"decid\w*|decision|strict|harsh|cautious|quick\w*|"
        r"hasty|harmless|fine|okay|innocent|answer (?:it|this)|help (?:after|them|with)|right|sure)",
    ),
    Wording(
        "decision|verdict|call|conclusion|judg|refusal|outcome|choice|guess|toss|coin|50|jury",
        r"""
        \b(?:decision|verdict|call|conclusion|judg(?:e)?ment|refusal|outcome|choice)(?: \w+){0,3} (?:might|may|
          could|can)(?: \w+){0,3} (?:reversed|changed|wrong|flipped|overturned|different|reconsidered|mistaken|
          revisited|otherwise|too (?:\w+))
        \b(?:anyone's|anybody's) guess|\btoss-?up\b|\bcoin (?:flip|toss)|\b50[/-]50\b|\bjury is (?:still )?out
        """,
    ),
)
_LEANS = pattern(
    r"""
    \b(?:maybe|perhaps|probably|might|could|surely|i guess|i suppose|possibly|would it|wouldn't it|
      may)\b[^.!?]{0,70}\b(?:(?:be|is|it's|that's) (?:\w+ )?(?:fine|okay|ok|alright|acceptable|harmless|no harm|
      all right)(?! (?:to (?:discuss|mention|suggest|explain the)|if))|just this once|do no harm|no harm in|
      (?:give|share|offer|provide|drop|slip|include|reveal|allow|say) (?:them |in )?(?:just )?(?:some|a few|
      a little|a bit|one or two|a couple|a hint|a small|part) (?:of )?(?:the |it|more )?(?:detail\w*|steps?|hints?|
      specifics?|info\w*|anyway)|help (?:them )?(?:a (?:little|bit)|after all|just)|answer (?:after all|anyway)|
      go along|let it (?:slide|pass|through)|bend (?:the|this)|make an exception|(?:not|n't) (?:that|so|really|
      all that) (?:bad|harmful|dangerous|serious)|(?:won't|wouldn't|can't|not|cannot) (?:really )?(?:hurt|harm|
      do (?:any )?(?:harm|damage)))
    """,
)


def _wavers(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.thoughts:
        said = next((sentence for sentence in part.sentences if _is_wavering(sentence, reading)), None)
        if said:
            yield f"{part.place} wavers: {excerpt(said)}"


def _is_wavering(sentence: str, reading: Reading) -> bool:
    return any(wording.search(sentence) for wording in _WAVERS) or (_refuses(reading) and bool(_LEANS.search(sentence)))


def _refuses(reading: Reading) -> bool:
    row = reading.row
    if row.decision is not None:
        return row.decision in ("refuse", "safe_complete") and row.stepwise
    return False


CHECKS = (
    Check(
        "chain.hesitation",
        "The chain wavers over its decision.",
        "settle the doubt in a thought of its own, before the decision, or take it out",
        _wavers,
    ),
)
