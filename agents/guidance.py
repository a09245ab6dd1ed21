"""What every agent goes by: the policies, the prompts and the personas, loaded once and shared."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aidsafe.agents.replies import CitedRule
from aidsafe.core.records import Citation
from aidsafe.policies.library import Policies, load_policies
from aidsafe.policies.quoting import check_quote
from aidsafe.prompts.library import Prompts, load_prompts
from aidsafe.prompts.personas import Personas, load_personas
from aidsafe.prompts.tags import inert

__all__ = ["Guidance", "load_guidance"]


@dataclass(frozen=True)
class Guidance:
    """Policies, prompts and personas; the same for every query of a run."""

    policies: Policies
    prompts: Prompts
    personas: Personas

    @cached_property
    def charter(self) -> str:
        """The system message of every role that reads the policies: the same bytes each time, for the prefix cache."""
        return self.prompts.render("charter", tasks=self.prompts.render("tasks"), policies=self.policies.render())

    @cached_property
    def purpose(self) -> str:
        """The system message of the decomposer, who reads the query alone."""
        return self.prompts.render("purpose")

    @cached_property
    def whispering(self) -> str:
        """The system message of the whisperer, who reads the query and not the policies."""
        return self.prompts.render("whispering")

    @cached_property
    def digests(self) -> tuple[str, str]:
        """The digests of policies and prompts, reckoned once."""
        return self.policies.digest, self.prompts.digest

    def repair(self, problem: str) -> str:
        """The repair turn: the validation error, nothing else."""
        return self.prompts.render("repair", error=inert(problem))

    def citations(self, cited: tuple[CitedRule, ...]) -> tuple[Citation, ...]:
        """The citations, checked; those of unknown rules are dropped, and so is a rule quoted twice alike."""
        checked = (self._checked(one) for one in cited)
        return tuple(dict.fromkeys(citation for citation in checked if citation is not None))

    def known_rule(self, named: str) -> str | None:
        """The id of the rule that is meant, as its policy writes it; None where there is no such rule."""
        found = self._checked(CitedRule(rule=named))
        return found.rule if found else None

    def _checked(self, cited: CitedRule) -> Citation | None:
        claimed = Citation(policy="", rule=cited.rule.strip(), quote=cited.quote, verified=False)
        checked = check_quote(claimed, self.policies)
        return None if checked.match == "unknown_rule" else checked.citation


def load_guidance(policies: Path | None = None, prompts: Path | None = None, personas: Path | None = None) -> Guidance:
    """The shipped guidance, or that of the user's folders."""
    return Guidance(load_policies(policies), load_prompts(prompts), load_personas(personas))
