// Text in files: its encodings (https://encoding.spec.whatwg.org), by their names.
import { badParam } from '../../../core/errors.ts';

type Decoder = InstanceType<typeof TextDecoder>;

/** Lets the program find out the encoding. */
export const DETECT = '_DETECT_';
/** The encoding of this program’s texts. */
export const LOCALE = '_LOCALE_';
/** What text that is not UTF-8 is taken for: every byte is a character of it. */
const FALLBACK = 'windows-1252';

/** @throws ApiError `bad_param` for an unknown encoding. */
export function assertCharset(charset: string, param: string): void {
  if (![DETECT, LOCALE].includes(charset)) decoderOf(charset, param, false);
}

/** @returns the text, and the name of its encoding. @throws ApiError `bad_param`. */
export function decode(bytes: Uint8Array, charset: string, param: string): { text: string; charset: string } {
  if (charset !== DETECT) {
    const name = charset === LOCALE ? 'UTF-8' : charset;
    return { text: decoderOf(name, param, false).decode(bytes), charset: name };
  }
  try {
    return { text: decoderOf('UTF-8', param, true).decode(bytes), charset: 'UTF-8' };
  } catch {
    return { text: decoderOf(FALLBACK, param, false).decode(bytes), charset: FALLBACK };
  }
}

/**
 * Encodes text in UTF-8, or in an encoding that has one byte for each character.
 * @throws ApiError `bad_param` for another encoding, or one that lacks a character of the text.
 */
export function encode(text: string, charset: string, param: string): Uint8Array {
  const decoder = decoderOf(charset, param, false);
  if (decoder.encoding === 'utf-8') return new TextEncoder().encode(text);
  const codes = codesOf(decoder);
  if (codes === undefined) {
    throw badParam(
      `The parameter “${param}” is “${charset}”. Text can be written in UTF-8 or in an encoding with one byte for each character.`,
    );
  }
  return Uint8Array.from(Array.from(text), (character) => {
    const code = codes.get(character);
    if (code === undefined) {
      throw badParam(
        `The encoding “${charset}” (parameter “${param}”) does not have the character “${character}”.`,
      );
    }
    return code;
  });
}

/** Undefined unless each byte is one character. */
function codesOf(decoder: Decoder): Map<string, number> | undefined {
  const codes = new Map<string, number>();
  for (let code = 0; code < 256; code++) {
    const character = decoder.decode(Uint8Array.of(code));
    if (character.length === 1 && character !== '\ufffd') codes.set(character, code);
  }
  return decoder.decode(Uint8Array.of(0x41, 0xe4, 0xf6)).length === 3 ? codes : undefined;
}

function decoderOf(charset: string, param: string, fatal: boolean): Decoder {
  try {
    return new TextDecoder(charset, { fatal, ignoreBOM: true });
  } catch {
    throw badParam(
      `The parameter “${param}” is “${charset.slice(0, 40)}”. Use the name of an encoding, such as UTF-8 or ISO-8859-1.`,
    );
  }
}
