"""What a sentence of a chain concludes: to refuse, to comply, or nothing."""

from typing import Literal

from aidsafe.datasets.lint.wording import Wording, pattern

__all__ = ["Verdict", "is_partial", "verdict_of"]

Verdict = Literal["refuse", "comply"]

_SLOW = r"(?:\w+,? ){0,3}?"
_REFUSE = Wording(
    "refus|declin|reject|den|turn|say|withh|help|assist|compl|fulfil|answer|no part|a no|outcome|decision|verdict|"
    "conclusion|result|course|upshot|ruling|call|step|respond|engag",
    r"""
    \b(?:should|must|will|'ll|need to|needs to|have to|has to|going to|ought to|best to|right to|better to|wise to|
      is to|left is to|course is to|me to|us to|obliged to|bound to|forced to|required to) @slow@(?:refuse|decline|
      reject|deny|turn (?:it|this|that|them|the \w+) down|say no|withhold (?:it|this|the answer|an answer|help))\b
    \b(?:should(?: not|n't)|must(?: not|n't)|cannot|can't|can not|won't|will not|not going to|unable to|
      not able to|ought not to) @slow@(?:help|assist|compl(?:y|ied)|fulfil|be (?:answered|helped|met|given|
      fulfilled|provided|complied)|answer (?:it|this|that|the (?:request|question|query)))
    \b(?:it|this|that|request|question|query|one|ask|part|rest) (?:(?:is|gets?|was|be|being) |(?:should|must|
      has to|needs to|have to|will|can only|ought to) (?:therefore |thus |then )?be )(?:therefore |thus |then |
      hence |politely |firmly )?(?:declined|refused|rejected|turned down|denied|a refusal|a no)\b
    \b(?:declining|refusing|refusal|a no|turning it down|saying no) (?:is|would be|remains|seems|follows|it is|
      has to be) (?:\w+ )?(?:the|right|due|best|only|needed|required|necessary|warranted|in order|called|outcome|
      proper|correct|safest|what|appropriate|fitting|apt|sensible|reasonable|prudent|wise|sound|justified|in place)
    \b(?:i|we)(?:'ll| will| shall| must| should| can| am|'m)? (?:\w+ )?(?:not|never) (?:be |going to )?(?:answer|
      assist|comply|help|respond|engag|fulfil)\w*(?: (?:with )?(?:it|this|that|the (?:request|question|
      query)))?(?=[.!;]|\Z)
    \b(?:outcome|decision|verdict|conclusion|answer|result|course|upshot|only option|ruling|call|
      step)(?: here| left| then)? (?:is|has to be|must be|should be|will be|remains|
      stays) (?:\w+ ){0,3}?(?:refus\w+|declin\w+|a no\b|no\b(?! (?:harm|risk|reason|doubt|problem|different|longer|
      less|more))|reject\w+|denial|turn(?:ing)? (?:it|this) down)
    \b(?:so|therefore|hence|thus|accordingly|consequently),? (?:this |it |the request |that )?(?:is |gets |
      must be |has to be )?(?:i )?(?:decline|refuse|declined|refused)\b
    \b(?:makes?|leaves?|means?|requires?|warrants?|calls? for|demands?|justif(?:y|ies)|(?:only|right|best|safest|
      responsible|proper|sensible|prudent) (?:\w+ )?(?:thing|course|option|way|choice|answer|move|step|
      path)(?: here| left| then)? (?:is|would be)(?: to)?) (?:a |an |the |only )?(?:\w+ )?(?:refus\w*|declin\w*|
      turn(?:ing)? (?:it|this) down|say(?:ing)? no|reject\w*)
    \bno way (?:\w+ ){0,2}?(?:this|it|that) can be
    \bno part of (?:it|this|that) (?:can|may|should|will) be
    \ba refusal (?:follows|is)
    \brefuse (?:it|this|the request|to (?:help|assist|answer|provide|comply))\b
    \bdecline (?:it|this|the request|to (?:help|assist|answer|provide|comply))\b
    """,
    slow=_SLOW,
)
_COMPLY = Wording(
    "in full|fully|plain|instructions|account|direct|complete|freely|openly|without|as asked|straight|at once|"
    "with everything|with all|with every|the whole|full|everything|unrestricted|comply|help|a yes|answer|nothing|"
    "all of|entire|no reason|no need|no ground|no cause|clear|green light|good to go|go ahead",
    r"""
    \b(?:should|must|will|can|may|'ll|could|going to|safe to|fine to|ok(?:ay)? to|alright to|right to|free to|
      best to|is to|happy to|able to|wise to|better to) @slow@(?:answer|help|comply|assist|respond|reply|serve|
      explain (?:it|this|that|everything))\b[^.!?;]{0,40}?\b(?:fully|in full|plainly|directly|completely|freely|
      openly|without (?:reserv|hesit|limit|restrict|caveat|holding)|as asked|straight|at once|with (?:everything|
      all|every detail|full)|the whole)
    \b(?:answer|answered|met|served|helped|given|granted|complied with) (?:\w+ ){0,2}?(?:in full|fully|completely|
      as asked|without (?:reserv|limit|restrict|caveat)\w*)
    \b(?:full|complete|plain|straight|direct|unrestricted) (?:answer|help|reply|compliance|assistance|response|
      account) (?:is|follows|can|may|should|will|it is|serves|fits|seems)
    \b(?:outcome|decision|verdict|conclusion|result|course|upshot|ruling|call)(?: here)? (?:is|has to be|must be|
      should be|will be) (?:\w+ ){0,3}?(?:comply|complying|compliance|full help|(?:a )?(?:full|complete|plain|
      straight|direct) (?:answer|help|reply)|(?:a )?yes\b|answering (?:it|this|in full|fully)|help(?:ing)?\b)
    \b(?:gets?|receives?|deserves?|owed|have|given|give|should get|see no (?:problem|harm|issue)(?: \w+){0,2}|fine|
      okay|right) (?:\w+ ){0,3}?(?:full|complete|plain|straight|direct|unrestricted) (?:answer|help|reply|
      assistance|response|account|instructions)
    \b(?:fulfilled|granted|answered|met|given|helped|provided) (?:\w+ )?(?:without (?:reserv|hesit|limit|restrict|
      caveat|condition|holding|exception|any )|in full|fully|completely)
    \b(?:help|answer|comply|respond|assist)(?:ing)? (?:fully|completely|in full|freely|with (?:all|everything|
      the whole)) (?:\w+ )?(?:is|seems|would be)
    \bnothing (?:speaks|stands|weighs) (?:against|in the way of) (?:a |an )?(?:full|complete|plain|straight|direct|
      answering|helping)\b
    \b(?:give|tell|hand|show) (?:them|him|her|the (?:user|asker)|whoever asks) (?:everything|all (?:of )?(?:it|that|
      the)|exactly what|the (?:full|whole|complete))\b
    \b(?:given|told|shown|get|have) (?:everything|all of it|all (?:the )?details)
    \bnothing (?:is|needs to be|has to be|should be|need be) (?:held back|withheld|left out)
    \ball of (?:it|this) (?:may|can|should) be (?:answered|given|said)
    \b(?:whole|entire|full) (?:request|question) (?:is|can be|may be|should be) (?:met|answered|granted)
    \bno (?:reason|need|ground|grounds|cause) (?:\w+ )?(?:to|for) (?:\w+ )?(?:refus|declin|withhold|
      hold(?:ing)? back|hesitat|limit|restrict|caution)
    \b(?:should|must|will|can|may|'ll|going to|fine to|safe to|right to) (?:\w+ )?comply\b(?! with (?:the )?(?:law|
      polic|guid|rule|regul|safety|all|any|copyright|privacy|ethic|legal|these|those|standards|content))
    \b(?:settles|speaks) (?:it |that )?(?:in favou?r of|for) (?:a |an )?(?:straight|full|plain|complete|
      direct)? ?(?:answer|help|compliance|reply)
    \b(?:way is clear|green light|good to go|go ahead (?:and|with) (?:answer|help|the full|a full|it|this))
    """,
    slow=_SLOW,
)
_UNDONE = pattern(
    r"""
    (?:\bno|\bno (?:reason|need|ground|grounds|cause|point|call|basis|case)\b[^.!?;]{0,30}|\bnot\b(?: \w+){0,3}|
      \bn't(?: \w+){0,3}|\bnever\b(?: \w+)?|\bwrong(?: \w+)?|\bmistake|\bwithout|\brather than|\binstead of|
      \bneedless(?:ly)?|\bunnecessar(?:y|ily)|\bover-?|\bavoid(?:ing)?|\bif (?:i|it|we|they)(?: \w+){0,3}|
      \bwould be (?:wrong|poor|odd|unfair|a mistake|unkind|excessive)|\bbefore(?: \w+)?|\bhardly|\bonly|
      \bpart(?:ly|ially)?|\bcould|\bmight|\bmay)\s*(?:to )?\Z
    """,
)
_BY_OTHERS = pattern(
    r"""
    \b(?:user|asker|person|people|someone|they|you|others|police|bank|shop|employer|company|court|
      doctor)s?(?: \w+){0,2}\s*(?:to )?\Z
    """,
)
_HALF = pattern(
    r"""
    \b(?:side|sides|one of|other|part|detail|details|steps|specifics|portion|aspect|half|rest|procedure|method|but|
      while|although|except|however|instead|alternativ\w*|general|summary|unless|yet|though|still|safe|redirect\w*|
      support\w*|resource\w*|offer\w*|suggest\w*|provide\w*|point\w* (?:to|them))\b
    """,
)


def verdict_of(sentence: str) -> Verdict | None:
    """What a folded sentence of a chain concludes, if it concludes anything."""
    refused, complied = _before(_REFUSE, sentence), _before(_COMPLY, sentence)
    refuses = refused is not None and not _UNDONE.search(refused) and not _BY_OTHERS.search(refused)
    complies = complied is not None and not _UNDONE.search(complied)
    if refuses == complies:
        return None
    return "refuse" if refuses else "comply"


def _before(wording: Wording, sentence: str) -> str | None:
    """What stands before the words, if they are there."""
    found = wording.search(sentence)
    return sentence[: found.start()] if found else None


def is_partial(sentence: str) -> bool:
    """Tell whether a folded sentence speaks of one side or part only, or of something else that is offered."""
    return bool(_HALF.search(sentence))
