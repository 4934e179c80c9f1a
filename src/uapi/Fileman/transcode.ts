import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import { assertCharset, decode, encode } from '../../capabilities/files/rules/charsets.ts';
import { FILES } from '../../capabilities/files/rules/names.ts';
import { contentParam } from '../../capabilities/files/rules/text.ts';

export default defineUapi({
  name: 'Fileman::transcode',
  since: 44,
  summary: 'Check whether a text can be written in another encoding.',
  description:
    'The response is in UTF-8, as all responses. It shows the text as it will be in a file of that encoding: without ' +
    'the characters that the encoding does not have, if discard_illegal=1. Otherwise such a character is an error.',
  feature: FILES,
  role: 'FileStorage',
  effect: 'none',
  params: {
    content: { ...contentParam, required: true, doc: 'The text.' },
    from_charset: {
      type: 'string',
      default: 'UTF-8',
      doc: 'The encoding of the text in the call.',
      noEffectReason: 'Calls are always in UTF-8.',
    },
    to_charset: { type: 'string', default: 'UTF-8', doc: 'The other encoding: UTF-8, ISO-8859-1.' },
    discard_illegal: {
      type: 'flag',
      default: 0,
      doc: '1: leave out the characters that the encoding does not have.',
    },
    transliterate: {
      type: 'flag',
      default: 0,
      doc: 'Whether to replace such characters by similar ones. Only 0 is accepted.',
    },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      charset: { type: 'string', doc: 'The other encoding.' },
      content: { type: 'string', doc: 'The text.' },
    },
  },
  examples: [
    {
      args: { content: 'Grüße', to_charset: 'ISO-8859-1' },
      doc: 'All characters of this text are in ISO-8859-1.',
    },
  ],

  handler({ content, to_charset: charset, discard_illegal: discards, transliterate }) {
    if (transliterate) {
      throw badParam('This server does not replace characters by similar ones. Use transliterate=0.');
    }
    assertCharset(charset, 'to_charset');
    const bytes = encode(discards ? withoutForeign(content, charset) : content, charset, 'to_charset');
    return { charset, content: decode(bytes, charset, 'to_charset').text };
  },
});

/** Without the characters that the encoding does not have. */
function withoutForeign(content: string, charset: string): string {
  const known = new Map<string, boolean>();
  const isKnown = (character: string) => {
    try {
      encode(character, charset, 'to_charset');
      return true;
    } catch {
      return false;
    }
  };
  // For an encoding that cannot be written, so that its own error remains.
  if (!isKnown('A')) return content;
  return Array.from(content, (character) => {
    const is = known.get(character) ?? isKnown(character);
    known.set(character, is);
    return is ? character : '';
  }).join('');
}
