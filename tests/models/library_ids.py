"""Token ids by the libraries that model files' tokenizers come from, built from nothing but a GGUF file: sentencepiece
for the model `llama`, Hugging Face's tokenizers for `gpt2`.

    python3 library_ids.py <model.gguf> < texts

Lines in and out are those of tests/native/tokenize.cpp, without its first; `-` stands for what the library cannot be
asked: bytes that are no UTF-8, and with sentencepiece texts that may hold control tokens which are to be read.
"""

import sys

import gguf

CONTROL, USER_DEFINED = 3, 4


def metadata(path: str) -> dict:
    fields = gguf.GGUFReader(path).fields
    prefix = "tokenizer.ggml."
    return {key.removeprefix(prefix): field.contents() for key, field in fields.items() if key.startswith(prefix)}


def sentencepiece_encoder(data: dict):
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2 as proto

    model = proto.ModelProto()
    for token, (piece, score, kind) in enumerate(zip(data["tokens"], data["scores"], data["token_type"])):
        # A file holds the spaces of user-defined pieces as spaces; sentencepiece looks for them as space signs.
        text = piece.replace(" ", "▁") if kind == USER_DEFINED else piece
        # It wants one piece of the type "unknown", of which some files make a control token.
        model.pieces.add(piece=text, score=score, type=2 if token == data["unknown_token_id"] else kind)
    model.trainer_spec.model_type = proto.TrainerSpec.BPE
    model.trainer_spec.byte_fallback = True
    model.trainer_spec.unk_id = data["unknown_token_id"]
    model.trainer_spec.bos_id = data["bos_token_id"]
    model.trainer_spec.eos_id = data["eos_token_id"]
    model.trainer_spec.unk_piece = data["tokens"][data["unknown_token_id"]]
    model.trainer_spec.bos_piece = data["tokens"][data["bos_token_id"]]
    model.trainer_spec.eos_piece = data["tokens"][data["eos_token_id"]]
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = data.get("add_space_prefix", True)
    model.normalizer_spec.remove_extra_whitespaces = False
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())
    # It reads no control tokens in a text; those of known files begin with one of these.
    return lambda text, special: None if special and ("<" in text or "[" in text) else processor.encode(text)


LLAMA3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"


def byte_level_encoder(data: dict):
    from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers

    gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    spelled = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words = {
        "gpt-2": gpt2,
        "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2]),
        "llama-bpe": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), spelled]),
        "qwen2": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3.replace("{1,3}", "")), "isolated"), spelled]),
    }[data["pre"]]
    vocabulary = {piece: token for token, piece in enumerate(data["tokens"])}
    merges = [tuple(merge.split(" ")) for merge in data["merges"]]

    def make(special: bool):
        tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=data["pre"] == "llama-bpe"))
        tokenizer.pre_tokenizer = words
        if special:
            pieces = [piece for piece, kind in zip(data["tokens"], data["token_type"]) if kind == CONTROL]
            tokenizer.add_special_tokens([AddedToken(piece, special=True, normalized=False) for piece in pieces])
        return tokenizer

    tokenizers = {special: make(special) for special in (False, True)}
    return lambda text, special: tokenizers[special].encode(text, add_special_tokens=False).ids


def main() -> None:
    data = metadata(sys.argv[1])
    encode = {"llama": sentencepiece_encoder, "gpt2": byte_level_encoder}[data["model"]](data)
    adds_bos = data.get("add_bos_token", data["model"] == "llama" or data["pre"] == "llama-bpe")
    for line in sys.stdin:
        how = int(line[0])
        try:
            ids = encode(bytes.fromhex(line[2:]).decode(), bool(how & 2))
        except UnicodeDecodeError:
            ids = None
        if ids is None:
            print("-")
        else:
            print(*([data["bos_token_id"]] if how & 1 and adds_bos else []), *ids)


if __name__ == "__main__":
    main()
