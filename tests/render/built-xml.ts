// The XML of a response from xmlbuilder2, to compare with that of our writer.
import { create } from 'xmlbuilder2';
import { type Hash, isHash, type Value } from '../../src/core/values.ts';
import { xmlName } from '../../src/render/xml-name.ts';

type XMLBuilder = ReturnType<typeof create>;

/** Characters that XML 1.0 does not allow, even if escaped. */
const forbidden = /[\0-\x08\v\f\x0E-\x1F\uFFFE\uFFFF]/g;

export function builtXml(content: Hash, root = 'result'): string {
  const document = create({ version: '1.0', encoding: 'UTF-8' });
  buildMembers(document.ele(root), content);
  // xmlbuilder2 does not escape a carriage return, which parsers would convert to a line feed.
  return `${document.end({ prettyPrint: true }).replaceAll('\r', '&#xD;')}\n`;
}

function buildMembers(parent: XMLBuilder, hash: Hash): void {
  for (const [key, value] of Object.entries(hash)) buildElements(parent, xmlName(key), value);
}

/**
 * Builds single nodes instead of passing objects, because xmlbuilder2 interprets `@`, `#`, `$`, `!` and `?` in objects.
 */
function buildElements(parent: XMLBuilder, name: string, value: Value): void {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (Array.isArray(item)) buildElements(parent.ele(name), 'item', item);
      else buildElements(parent, name, item);
    }
    return;
  }
  const element = parent.ele(name);
  if (isHash(value)) buildMembers(element, value);
  else if (value !== null && value !== '') element.txt(legalText(String(value)));
}

/** xmlbuilder2 escapes every `<` and `>`, but an `&` only if no name and `;` follow. */
function legalText(text: string): string {
  return text.replace(forbidden, '\uFFFD').replaceAll('&', '&amp;');
}
