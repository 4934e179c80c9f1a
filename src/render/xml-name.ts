// How a key becomes the name of an XML element, and that nothing of the key is lost by it.

/**
 * What may start a name and what may stand in one: as in XML 1.0, fifth edition, but no colon, nothing past U+FFFF,
 * and neither U+1680 nor U+FEFF, which most programs (xmlbuilder2 among them) take for white space.
 */
const nameStart =
  'A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u167F\\u1681-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F' +
  '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFEFE\\uFF00-\\uFFFD';
const nameRest = `\\u0300-\\u036F\\u203F\\u2040\\xB7.0-9${nameStart}-`;

const obviousName = /^(?![Xx][Mm][Ll])[A-Za-z][\w.-]*$/;

const escaped = new RegExp(
  [
    '^[Xx](?=[Mm][Ll])', // names that start with "xml" are reserved
    `^[^${nameStart}]`,
    `[^${nameRest}]`,
    '_(?=x[0-9A-Fa-f]{4})', // would be read as an escape
    '^_(?=x_$)', // would be read as the empty key
  ].join('|'),
  'gu',
);

/**
 * The element name for a key. A key that is an XML name stays as it is; in any other, each character that a name
 * cannot have is written `_xHHHH_`, the escape of ISO/IEC 9075-14 (full escaping): `cpu time` is `cpu_x0020_time`,
 * `2fa` is `_x0032_fa`, `a:b` is `a_x003A_b`, `XML` is `_x0058_ML`. A character past U+FFFF always has six digits,
 * `_x01F600_`, since parsers of older editions of XML refuse it. The empty key is `_x_`.
 *
 * To read a name back: `_x_` is the empty key; else replace every `_x`, four or six hexadecimal digits, `_` by the
 * character. For this an underscore that stands before an `x` and four such digits is itself written `_x005F_`
 * (ISO/IEC 9075-14 does that before every `x`, which would change real keys, as `has_xfertool`).
 */
export function xmlName(key: string): string {
  if (obviousName.test(key) && !key.includes('_x')) return key;
  if (key === '') return '_x_';
  return key.replace(escaped, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `_x${hex.padStart(hex.length > 4 ? 6 : 4, '0')}_`;
  });
}
