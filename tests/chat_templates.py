"""Chat templates in the styles that models ship with, each as short as its style allows."""

from typing import Final

__all__ = ["KEEPS_INLINE", "TEMPLATES"]

CHATML = """
{%- for message in messages %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
"""

LLAMA_3 = """
{{- bos_token }}
{%- for message in messages %}
{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}
"""

MISTRAL = """
{{- bos_token }}
{%- for message in messages %}
{%- if message.role == 'user' %}{{- '[INST] ' + message.content + ' [/INST]' }}
{%- elif message.role == 'assistant' %}{{- ' ' + message.content + eos_token }}
{%- else %}{{- raise_exception('only user and assistant speak here') }}{%- endif %}
{%- endfor %}
"""

GEMMA = """
{{- bos_token }}
{%- for message in messages %}
{%- set role = 'model' if message.role == 'assistant' else message.role %}
{{- '<start_of_turn>' + role + '\\n' + message.content | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<start_of_turn>model\\n' }}{%- endif %}
"""

PHI = """
{%- for message in messages %}
{{- '<|' + message.role + '|>\\n' + message.content + '<|end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}
"""

ZEPHYR = """
{%- for message in messages %}
{{- '<|' + message['role'] + '|>\\n' + message['content'] + eos_token + '\\n' }}
{%- if loop.last and add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}
{%- endfor %}
"""

VICUNA = """
{{- 'A chat between a curious person and an assistant.' }}
{%- for message in messages %}
{%- if message.role == 'user' %}{{- ' USER: ' + message.content }}
{%- else %}{{- ' ASSISTANT: ' + message.content + eos_token }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- ' ASSISTANT:' }}{%- endif %}
"""

ALPACA = """
{%- for message in messages %}
{%- if message.role == 'user' %}{{- '### Instruction:\\n' + message.content + '\\n\\n' }}
{%- else %}{{- '### Response:\\n' + message.content + '\\n\\n' }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '### Response:\\n' }}{%- endif %}
"""

# Thinks in a field or inline, and strips the thoughts of every turn before the last question.
QWEN_3 = """
{%- set asked = namespace(last=0) %}
{%- for message in messages %}
{%- if message.role == 'user' %}{%- set asked.last = loop.index0 %}{%- endif %}
{%- endfor %}
{%- for message in messages %}
{%- if message.role == 'assistant' %}
{%- set content = message.content %}{%- set reasoning = '' %}
{%- if message.reasoning_content is string %}
{%- set reasoning = message.reasoning_content %}
{%- elif '</think>' in content %}
{%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
{%- set content = content.split('</think>')[-1].lstrip('\\n') %}
{%- endif %}
{{- '<|im_start|>assistant\\n' }}
{%- if loop.index0 > asked.last %}{{- '<think>\\n' + reasoning + '\\n</think>\\n\\n' }}{%- endif %}
{{- content + '<|im_end|>\\n' }}
{%- else %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
"""

# Writes the field before whatever the content says, so that a row with both has its thoughts twice.
GLM = """
{%- for message in messages %}
{%- if message.role == 'assistant' %}
{{- '<|assistant|>\\n' }}
{%- if message.reasoning_content %}{{- '<think>' + message.reasoning_content + '</think>\\n' }}{%- endif %}
{{- message.content }}
{%- else %}{{- '<|' + message.role + '|>\\n' + message.content }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}
"""

# Drops whatever stands before the end of the thoughts, and opens them itself.
DEEPSEEK_R1 = """
{{- bos_token }}
{%- for message in messages %}
{%- if message.role == 'user' %}{{- '<|User|>' + message.content }}{%- endif %}
{%- if message.role == 'assistant' %}
{%- set content = message.content %}
{%- if '</think>' in content %}{%- set content = content.split('</think>')[-1] %}{%- endif %}
{{- '<|Assistant|>' + content + '<|end of sentence|>' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|Assistant|><think>\\n' }}{%- endif %}
"""

# Thoughts go to a channel of their own, from a field that is called otherwise.
HARMONY = """
{%- for message in messages %}
{%- if message.role == 'assistant' %}
{%- if message.thinking %}
{{- '<|start|>assistant<|channel|>analysis<|message|>' + message.thinking + '<|end|>' }}
{%- endif %}
{{- '<|start|>assistant<|channel|>final<|message|>' + message.content + '<|return|>' }}
{%- else %}{{- '<|start|>' + message.role + '<|message|>' + message.content + '<|end|>' }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start|>assistant' }}{%- endif %}
"""

# Shows the first line of an answer only, as a template for short chats does.
FIRST_LINE = """
{%- for message in messages %}
{%- set said = message.content.split('\\n\\n')[0 if message.role == 'user' else -1] %}
{{- '[' + message.role + '] ' + said.split('. ')[0] + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '[assistant] ' }}{%- endif %}
"""

# Opens the thoughts in the prompt, and writes an indented copy of them: what is cut off the front is no prefix.
OPENS_LONG = """
{%- for message in messages %}
{{- '<' + message.role + '>' + message.content }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<assistant>Let me think about this with great care before I answer:\\n<think>\\n' }}
{%- endif %}
"""

TEMPLATES: Final = {
    "chatml": CHATML,
    "llama-3": LLAMA_3,
    "mistral": MISTRAL,
    "gemma": GEMMA,
    "phi": PHI,
    "zephyr": ZEPHYR,
    "vicuna": VICUNA,
    "alpaca": ALPACA,
    "qwen-3": QWEN_3,
    "glm": GLM,
    "deepseek-r1": DEEPSEEK_R1,
    "harmony": HARMONY,
    "first-line": FIRST_LINE,
    "opens-long": OPENS_LONG,
}

KEEPS_INLINE: Final = ("chatml", "llama-3", "mistral", "gemma", "phi", "zephyr", "vicuna", "alpaca", "qwen-3", "glm")
"""The templates that write what stands inline, whole and once."""
