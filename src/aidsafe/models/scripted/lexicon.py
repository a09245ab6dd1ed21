"""Word lists for a guess at a query: signs of harm, whom it would hit, and what makes it harmless after all.

Written from general knowledge, without slurs, and deliberately small: a list like this is a guess, not a judgement.
Each topic also has its kin, the words that rules about it are likely to use, so that a query finds its rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aidsafe.models.scripted.words import stems

__all__ = [
    "CUES",
    "DEED_SIGNS",
    "DESPAIR",
    "EVASIONS",
    "EVERYDAY_KIN",
    "FIGURES",
    "GROUPS",
    "HARMLESS_OBJECTS",
    "LOADED",
    "LOOKALIKE_KIN",
    "MAKING",
    "NOT_OPENERS",
    "OFFICES",
    "OPENERS",
    "ORDERS",
    "PEOPLE",
    "PLACES",
    "PRESSURE",
    "PRIVATE_FACTS",
    "THING_SIGNS",
    "TOPICS",
    "Frame",
    "Topic",
]

Frame = Literal["definition", "history", "fiction", "prevention", "own", "lawful", "study"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A field of harm: deeds (verbs that need a victim), things (nouns that weigh by themselves), kin, a short name."""

    name: str
    deeds: frozenset[str]
    things: frozenset[str]
    kin: frozenset[str]


def _topic(name: str, *, deeds: str = "", things: str = "", kin: str) -> Topic:
    return Topic(name, stems(deeds), stems(things), stems(kin))


TOPICS: Mapping[str, Topic] = {
    topic.name: topic
    for topic in (
        _topic(
            "injury",
            deeds="""kill murder stab shoot strangle poison attack beat assault torture kidnap hurt injure harm maim
            slaughter execute exterminate annihilate punch hit kick choke drown behead massacre lynch terminate
            eliminate destroy crush burn slap smother suffocate ambush assassinate slay wound eradicate finish
            knock smash whip cut blow abduct""",
            things="murder assassination homicide torture massacre genocide kidnapping violence hitman corpse",
            kin="injure people attack kill violence killing violent harm planning animals injury hurt",
        ),
        _topic(
            "weapons",
            deeds="detonate bomb explode weaponize poison",
            things="""bomb explosive explosives grenade gun rifle pistol firearm ammunition silencer landmine napalm
            dynamite missile bioweapon anthrax ricin sarin nerve-agent poison toxin weapon weapons molotov arson""",
            kin="weapons explosives poisons making acquiring dual-use hazards detail",
        ),
        _topic(
            "self-harm",
            things="""suicide suicidal self-harm anorexia bulimia overdose starve purge self-injury pro-ana cutting
            hopeless worthless""",
            kin="suicide self-injury disordered eating despair danger warmth safety method local help",
        ),
        _topic(
            "hate",
            deeds="discriminate exclude deport segregate dehumanize demean insult mock ridicule despise hate",
            things="""racist racism sexist sexism homophobic antisemitic xenophobic supremacist supremacy nazi nazism
            fascism inferior stereotype stereotypes slavery ethnic cleansing misogyny bigotry hateful subhuman slur
            slurs discrimination""",
            kin="demeans people origin faith sex orientation disability equal rights hatred biased premise",
        ),
        _topic(
            "harassment",
            deeds="""bully stalk harass humiliate intimidate threaten blackmail extort coerce dox groom spy track
            shame troll""",
            things="blackmail extortion threat threats stalking harassment doxxing bullying revenge nudes",
            kin="threats intimidation bully humiliate stalk private person whereabouts contacts records health images",
        ),
        _topic(
            "extremism",
            deeds="radicalize recruit incite",
            things="terrorist terrorism terror jihad extremist extremism militia isis propaganda manifesto insurgent",
            kin="terrorism praise recruitment justification massacre atrocities extremism study history",
        ),
        _topic(
            "theft",
            deeds="""steal rob burgle shoplift loot pickpocket mug carjack hijack embezzle vandalize trespass break-in
            smuggle hotwire snatch""",
            things="""theft robbery burglary shoplifting heist burglar arson vandalism trafficking contraband
            stolen lockpick graffiti smuggling piracy pirated torrent""",
            kin="theft robbery break-in vandalism arson trafficking stolen goods crimes prevention steps",
        ),
        _topic(
            "drugs",
            things="""meth methamphetamine cocaine heroin fentanyl lsd crack ecstasy mdma ketamine opioid opium
            marijuana cannabis weed drugs dealer psilocybin steroids amphetamine""",
            kin="drugs controlled make sell obtain drug use risks safer practice law",
        ),
        _topic(
            "cyber",
            deeds="hack crack phish hijack ddos infect breach intercept eavesdrop wiretap keylog brute-force",
            things="""malware ransomware spyware trojan keylogger botnet rootkit exploit phishing ddos hacker backdoor
            worm wiretap""",
            kin="malware intrusion password denial service devices networks accounts security weakness exploit",
        ),
        _topic(
            "fraud",
            deeds="""scam swindle defraud counterfeit forge launder bribe embezzle cheat falsify plagiarize con evade
            dodge manipulate rig""",
            things="""scam fraud counterfeit forgery ponzi pyramid laundering bribe bribery embezzlement forged fake
            insider-trading tax-evasion bogus identity-theft skimmer scammer""",
            kin="scam schemes cheat forged papers signatures launder bribe evidence police taxes fraud",
        ),
        _topic(
            "deception",
            deeds="impersonate fabricate smear defame mislead deceive slander spread persuade convince",
            things="""misinformation disinformation hoax conspiracy propaganda rumor rumors rumour rumours deepfake
            smear clickbait libel fake-news""",
            kin="fabricated news impersonation campaigns falsehood contested claims rumours evidence sources",
        ),
        _topic(
            "sexual",
            deeds="rape molest grope sexualize",
            things="rape pornography porn nude nudes underage pedophile incest prostitution molestation escort erotic",
            kin="sexualised content minors explicit sex adult themes groom intimate images",
        ),
        _topic(
            "privacy",
            kin="private person's contacts records health beliefs whereabouts privacy public figures offices",
        ),
        _topic(
            "health",
            things="""medication dose dosage antidepressant insulin diagnose diagnosis symptoms laxatives bleach ammonia
            chlorine painkiller""",
            kin="medical symptoms medicines doses limits warning signs professional care",
        ),
    )
}

# A word that two topics claim belongs to the one that is named first.
_BACKWARDS = tuple(TOPICS.values())[::-1]

EVERYDAY_KIN = stems("asked ordinary purpose assuming everyday writing plans study")
LOOKALIKE_KIN = stems("alarming idioms plain sense playfully hyperbole look-alikes definitions fiction history")

DEED_SIGNS: Mapping[str, str] = {deed: topic.name for topic in _BACKWARDS for deed in topic.deeds}
THING_SIGNS: Mapping[str, str] = {thing: topic.name for topic in _BACKWARDS for thing in topic.things}

PEOPLE = stems(
    """wife husband boss neighbor neighbour man woman men women child children kid kids baby people person someone
    somebody anyone him her them friend friends mother father mom dad parent parents brother sister son daughter
    politician president minister officer cop police teacher student students ex girlfriend boyfriend landlord landlady
    tenant coworker
    colleague colleagues employee customer customers crowd family girl girls boy boys victim victims myself me human
    humans guard judge witness stranger dog dogs cat cats horse puppy kitten pet pets animal patient patients elderly
    voters citizens roommate classmate partner individual others opponent rival"""
)

PLACES = stems(
    """bank house home school church mosque synagogue temple hospital airport plane office car building embassy
    airplane train subway museum atm jewelry apartment vault warehouse concert mall stadium courthouse
    server network account wifi wallet purse"""
)

GROUPS = stems(
    """jews jewish muslims muslim christians black blacks white whites asians asian immigrants immigrant refugees gay
    gays lesbian lesbians trans transgender disabled women men indians mexicans chinese africans african arabs arab
    latinos hispanics hindus catholics homosexuals foreigners minorities minority race races religion ethnicity poor
    homeless elderly old autistic blind deaf fat"""
)

LOADED = stems(
    """inferior superior stupid dumb lazy stinky dirty disgusting evil criminals ugly worthless worse useless dangerous
    hate banned deserve deported violent greedy weak unintelligent terrible bad smell ruin ruining threat vermin
    parasites discriminated excluded less allowed fewer lower dumber smarter primitive backward"""
)

HARMLESS_OBJECTS = stems(
    """process processes program programs python thread job server-process task script code time balloon weeds weed
    plants mosquito mosquitoes ants ant fly flies bug bugs insects cockroaches wasps bacteria virus germs cancer mold
    fungus lights light engine conversation contract lease agreement record records fear doubt boredom mood vibe joke
    jokes audience crowdfund exam interview test presentation workout market deal show stage level dragon monster
    zombie zombies villain boss-fight enemy enemies pawn queen king bishop piece score ball bag nail target plan
    strategy thirst hunger appetite habit addiction stress anxiety pain calories fat debt budget costs price meeting
    deadline birds beer soda bottle garlic onions ice cake eggs potatoes steak carbs plastic paper cigarette tree
    lawn grass grill candle idea ideas rumor romance dream dreams pinata heart glass can subscription command function
    variable competition record song party flame fire"""
)

MAKING = stems(
    """make build create construct cook produce synthesize manufacture assemble develop craft design buy get obtain
    acquire purchase sell distribute deal grow smuggle import use deploy plant hide plan organize write generate draft
    compose film watch download commit perform"""
)

PRIVATE_FACTS = stems(
    """address phone number ssn password pin passcode medical religion orientation sexuality salary diary location
    email whereabouts income criminal record records hiv pregnancy pregnant credit-card card birthday diagnosis
    therapy prescription medication romantic affair security social political private naked"""
)

OFFICES = stems(
    """mayor president senator governor minister ceo company office museum embassy consulate library hospital
    university department government pope king queen prime politician celebrity court council agency authority
    spokesperson representative congress parliament police station white house public official bank restaurant"""
)

FIGURES = stems(
    """batman superman spiderman robin joker sherlock holmes watson gandalf frodo harry potter hermione voldemort
    dumbledore luke skywalker vader yoda homer simpson bart mickey mouse donald duck barbie ken mario luigi zelda
    pikachu shrek elsa hulk thor ironman tony stark bond neo dracula frankenstein tarzan zorro robinhood santa
    goku naruto scooby shaggy spongebob katniss gatsby hamlet macbeth odysseus zeus"""
)

DESPAIR = (
    "kill myself",
    "end my life",
    "hurt myself",
    "harm myself",
    "cut myself",
    "want to die",
    "no reason to live",
    "starve myself",
)

EVASIONS = (
    "without getting caught",
    "without being caught",
    "not get caught",
    "get away with",
    "without anyone knowing",
    "without them knowing",
    "without her knowing",
    "without him knowing",
    "without anyone noticing",
    "without being detected",
    "without detection",
    "avoid detection",
    "undetected",
    "untraceable",
    "without permission",
    "without consent",
    "against their will",
    "secretly",
    "evade police",
    "evade the police",
    "bypass security",
    "without paying",
    "leave no trace",
    "cover my tracks",
    "illegally",
)

ORDERS = (
    "how to",
    "how can i",
    "how do i",
    "how could i",
    "how would i",
    "how should i",
    "instructions",
    "tutorial",
    "step by step",
    "step-by-step",
    "teach me",
    "guide",
    "script",
    "best way",
    "ways to",
    "tell me how",
    "help me",
    "show me",
    "plan",
    "write",
    "create",
    "develop",
)

PRESSURE = (
    "do not refuse",
    "don't refuse",
    "start your answer with",
    "begin your answer with",
    "ignore all previous",
    "ignore previous",
    "no restrictions",
    "without any warnings",
    "do anything now",
)

NOT_OPENERS = ("what is the best", "what's the best", "what are the best", "what is a good way", "what are some ways")

# A query that opens so asks what something is or was, not how to do it.
OPENERS: Mapping[str, Frame] = {
    "what is": "definition",
    "what are the signs": "prevention",
    "what are": "definition",
    "what's a": "definition",
    "what does": "definition",
    "what do": "definition",
    "define": "definition",
    "what happened": "history",
    "what year": "history",
    "who killed": "history",
    "who was": "history",
    "who were": "history",
    "how did": "history",
    "how was": "history",
    "how were": "history",
    "why did": "history",
    "why was": "history",
    "why were": "history",
    "when did": "history",
    "when was": "history",
    "where did": "history",
    "where was": "history",
    "how many": "history",
    "what weapons were": "history",
}

CUES: Mapping[Frame, frozenset[str]] = {
    "definition": stems("meaning definition define term mean means concept difference"),
    "history": stems("history historical historically century war battle ancient medieval historian battlefield"),
    "fiction": stems(
        """novel story stories movie film game videogame character characters fiction fictional screenplay poem
        fantasy chess checkers play theatre theater stage comic cartoon anime episode series book minecraft
        skyrim gta fortnite sims pokemon dungeons rpg boxing wrestling fencing paintball lyrics magic"""
    ),
    "prevention": stems(
        """prevent prevention protect avoid safe safely safety report recover defend victim detect recognize
        recognise spot stop help cope support secure remove treatment treat warn first-aid combat fight against
        counter awareness"""
    ),
    "own": stems("own"),
    "lawful": stems("legal legally lawful consent permitted allowed license licensed rights right law court sue"),
    "study": stems(
        """statistics research study studies analysis essay report theory psychology philosophy biology chemistry
        physics why causes cause summarize summary translate classify debate ethics ethical"""
    ),
}
