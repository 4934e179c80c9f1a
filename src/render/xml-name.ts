// Converts keys to names of XML elements without loss.

/**
 * The characters that a name can start with, and those that it can contain. They are the same as in XML 1.0, fifth
 * edition, except colons, characters after U+FFFF, and U+1680 and U+FEFF, which most programs (including xmlbuilder2)
 * treat as white space.
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
 * Returns the element name for a key. A key that is a valid XML name is not changed. In any other key, each character
 * that is invalid in a name is written as `_xHHHH_`, the escape of ISO/IEC 9075-14 (full escaping): `cpu time` is
 * `cpu_x0020_time`, `2fa` is `_x0032_fa`, `a:b` is `a_x003A_b`, `XML` is `_x0058_ML`. A character after U+FFFF always
 * has six digits, `_x01F600_`, because parsers of older editions of XML reject the character itself. The empty key is
 * `_x_`.
 * To convert a name back: `_x_` is the empty key. In any other name, replace every `_x`, four or six hexadecimal
 * digits, `_` by the character. For this reason, an underscore before an `x` and four such digits is itself written as
 * `_x005F_`. (ISO/IEC 9075-14 escapes every underscore before an `x`, which would change existing keys such as
 * `has_xfertool`.)
 */
export function xmlName(key: string): string {
  if (obviousName.test(key) && !key.includes('_x')) return key;
  if (key === '') return '_x_';
  return key.replace(escaped, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `_x${hex.padStart(hex.length > 4 ? 6 : 4, '0')}_`;
  });
}
