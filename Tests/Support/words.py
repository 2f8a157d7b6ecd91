#!/usr/bin/env python3
"""Compares the catalogues of the pages' texts with what the pages and the server say.

usage: words.py [--fill LANGUAGE]
Prints each text that a catalogue lacks, has in vain, or fills in otherwise, with its file. Status 0 there is none, 1 there are some.
--fill writes words/LANGUAGE.json anew: what it lacks with an empty text for you to fill, what it has in vain left out.
"""
import json
import os
import re
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
SCRIPTS = os.path.join(ROOT, "Sources/Web/Assets/js")
CATALOGUES = os.path.join(ROOT, "Sources/Web/Assets/words")

# A sentence: what nobody but a person reads.
SENTENCE = re.compile(r"""["`][A-Z][a-z’]+ [a-z’]+[ .,?…"`]""")
CALL = re.compile(r"(?<![\w.$])(t|tn|tlist)\(")
LITERAL = re.compile(r'\s*"((?:[^"\\\n]|\\.)*)"\s*(?=[,)])')
FIELD = re.compile(r"\{(\w+)\}")


class Texts:
    """What is said, each with the place where it is said first, and what is wrong with the way it is said."""

    def __init__(self):
        self.places = {}
        self.plurals = set()
        self.problems = []

    def add(self, text, place):
        self.places.setdefault(text, place)


def files(folder, ending):
    for path, _, names in sorted(os.walk(folder)):
        yield from (os.path.join(path, name) for name in sorted(names) if name.endswith(ending))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def unquoted(text):
    return json.loads(f'"{text}"')


def argument_end(text, at):
    """Where the argument that begins at `at` ends: at its comma or bracket."""
    depth, quote = 0, None
    while at < len(text):
        sign = text[at]
        if quote:
            if sign == "\\":
                at += 1
            elif sign == quote:
                quote = None
        elif sign in "\"'`":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            if not depth:
                return at
            depth -= 1
        elif sign == "," and not depth:
            return at
        at += 1
    return at


def read_scripts(texts):
    """The calls of `t`, `tn` and `tlist` in the pages' scripts."""
    for path in files(SCRIPTS, ".js"):
        name = os.path.relpath(path, SCRIPTS)
        source = read(path)
        for number, line in enumerate(source.split("\n"), 1):
            if not line.lstrip().startswith(("//", "*", "/*")):
                for found in SENTENCE.finditer(line):
                    if not re.search(r"(?<![\w.$])(?:(?:t|tlist|said)\(|tn\(.*)$", line[:found.start()]) and line.find("// ") not in range(found.start()):
                        texts.problems.append(f"js/{name}:{number}: said without t(: {line[found.start():found.start() + 60]}")
        for call in CALL.finditer(source):
            line = source[source.rfind("\n", 0, call.start()) + 1:call.start()]
            if line.lstrip().startswith(("//", "*", "/*")) or line.rstrip().endswith("function"):
                continue
            place = f"js/{name}:{source.count(chr(10), 0, call.start()) + 1}"
            at = call.end()
            if call.group(1) == "tn":
                one = LITERAL.match(source, argument_end(source, at) + 1)
                many = one and LITERAL.match(source, one.end() + 1)
                if not many:
                    texts.problems.append(f"{place}: {call.group(1)}( needs its two texts in quotes")
                    continue
                text = unquoted(many.group(1))
                texts.plurals.add(text)
            else:
                found = LITERAL.match(source, at)
                if not found:
                    texts.problems.append(f"{place}: {call.group(1)}( needs its text in quotes, so that it can be found")
                    continue
                text = unquoted(found.group(1))
            texts.add(text, place)


class Swift:
    """The texts in quotes of a Swift source; what is filled in is {1}, {2}, …"""

    def __init__(self, path):
        self.path, self.source = path, read(path)

    def place(self, at):
        return f"{os.path.relpath(self.path, ROOT)}:{self.source.count(chr(10), 0, at) + 1}"

    def literal(self, at):
        """The text that begins with the quote at `at`, with those that are added to it by `+`: (text, end)."""
        text, end, fields = "", at, 0
        while True:
            end += 1
            while self.source[end] != '"':
                if self.source[end] != "\\":
                    text += self.source[end]
                    end += 1
                elif self.source[end + 1] == "(":
                    fields += 1
                    text += f"{{{fields}}}"
                    end = argument_end(self.source, end + 2) + 1
                else:
                    text += {"n": "\n", "t": "\t"}.get(self.source[end + 1], self.source[end + 1])
                    end += 2
            more = re.compile(r'"\s*\+\s*"').match(self.source, end)
            if not more:
                return text, end + 1
            end = more.end() - 1

    def all(self, pattern):
        """The texts that begin where `pattern` ends with their quote."""
        for found in re.finditer(pattern, self.source):
            yield self.literal(found.end() - 1)[0], self.place(found.start())

    def parameters(self):
        """The sentence of each `@Parameter`, its last text."""
        for found in re.finditer(r"@Parameter\(", self.source):
            at = found.end()
            while self.source[at] != ")":
                end = argument_end(self.source, at)
                quote = re.compile(r'\s*"').match(self.source, at)
                if quote:
                    text = self.literal(quote.end() - 1)[0]
                at = end + 1 if self.source[end] == "," else end
            yield text, self.place(found.start())


def read_server(texts):
    """What the server says to people in sentences: rules and what they can be set to, refusals, what is wrong with a camera, a channel or
    a setting."""
    sources = os.path.join(ROOT, "Sources")
    for path in files(os.path.join(sources, "Incidents"), ".swift"):
        swift = Swift(path)
        for text, place in [*swift.all(r'static let sentence =\s*"'), *swift.parameters()]:
            texts.add(text, place)
    for folder in ("Web", "App", "Camera"):
        for path in files(os.path.join(sources, folder), ".swift"):
            for text, place in Swift(path).all(r'(?:\.(?:notFound|invalid|unprocessable|conflict|notAvailable|forbidden|offline)\(|\bmessage: )\s*"'):
                # What begins with a quote or is nothing but an error's own words is for programs.
                if not text.startswith(('"', "{1}")) and "{" not in text.replace("{1}", "").replace("{2}", "") and '"' not in text:
                    texts.add(text, place)
    for path in files(os.path.join(sources, "Alerts"), ".swift"):
        for text, place in Swift(path).all(r'\b(?:temporary|permanent|outcomeUnknown)\(\s*reason:\s*"'):
            texts.add(text, place)
    for folder in ("Settings", "Alerts"):
        for path in files(os.path.join(sources, folder), ".swift"):
            for text, place in Swift(path).all(r'\b(?:found:|allowed:|let allowed =|unit:)\s*"'):
                # The pages put "… is …" and "allowed: …" around it themselves.
                text = re.sub(r"^(?:allowed: |needed: |\{1\} is (?=\W*[a-z]))", "", text)
                for number, field in enumerate(re.findall(r"\{\d\}", text), 1):
                    text = text.replace(field, f"{{{number}}}", 1)
                if len(re.findall(r"[a-zA-Z]", FIELD.sub("", text))) > 3:
                    texts.add(text, place)
    for path, pattern in (
        ("Media/Support/MediaError.swift", r':\s*"(?=\\\(\w+\): )'),
        ("Web/Status/StatusRoutes.swift", r'\? "(?=too early)'), ("Web/Status/StatusRoutes.swift", r': "(?=nothing recorded)'),
        ("Domain/Parameters/ParameterDescription.swift", r'case \.\w+: "(?=\w)'),
        ("Storage/Accounts/PasswordPolicy.swift", r'case \.\w+:\s*"'),
    ):
        for text, place in Swift(os.path.join(sources, path)).all(pattern):
            texts.add(text, place)


def problems_of(language, catalogue, texts):
    for text, place in texts.places.items():
        found = catalogue.get(text)
        forms = list(found.values()) if isinstance(found, dict) else [found]
        if not found or not all(forms):
            yield f"{place}: {language}.json lacks “{text}”"
            continue
        if (text in texts.plurals) != isinstance(found, dict) or (isinstance(found, dict) and "other" not in found):
            yield f"{place}: {language}.json needs {'forms (one, other, …)' if text in texts.plurals else 'one text'} for “{text}”"
            continue
        wanted = set(FIELD.findall(text))
        for form in forms:
            given = set(FIELD.findall(form))
            # "ein Vorfall" needs no number.
            if given - wanted or (wanted - given) - ({"n"} if text in texts.plurals else set()):
                yield f"{place}: {language}.json fills in something else: “{text}”, “{form}”"
    for text in catalogue:
        if text not in texts.places:
            yield f"words/{language}.json: nobody says “{text}”"


def collect():
    texts = Texts()
    read_scripts(texts)
    read_server(texts)
    return texts


def load(language):
    path = os.path.join(CATALOGUES, f"{language}.json")
    return json.loads(read(path)) if os.path.exists(path) else {}


def fill(language, texts):
    old = load(language)
    new = {text: old.get(text) or ({"one": "", "other": ""} if text in texts.plurals else "") for text in sorted(texts.places)}
    os.makedirs(CATALOGUES, exist_ok=True)
    with open(os.path.join(CATALOGUES, f"{language}.json"), "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(f"  {quoted(text)}: {quoted(found)}" for text, found in new.items()) + "\n}\n")
    print(f"{len(new)} texts, {sum(1 for found in new.values() if not found or '' in (found.values() if isinstance(found, dict) else ()))} of them to be filled in")


def quoted(value):
    return json.dumps(value, ensure_ascii=False)


def main():
    texts = collect()
    if sys.argv[1:2] == ["--fill"]:
        fill(sys.argv[2], texts)
        return 0
    problems = list(texts.problems)
    languages = [os.path.basename(path)[:-len(".json")] for path in files(CATALOGUES, ".json")]
    for language in languages:
        problems += problems_of(language, load(language), texts)
    print("\n".join(problems) or f"{len(texts.places)} texts in {', '.join(languages)}")
    return 1 if problems or not texts.places else 0


if __name__ == "__main__":
    sys.exit(main())
