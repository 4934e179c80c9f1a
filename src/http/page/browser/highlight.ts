// Syntax colours.
import bash from 'highlight.js/lib/languages/bash';
import json from 'highlight.js/lib/languages/json';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';
import { element } from './element.ts';

const lowlight = createLowlight({ bash, json, xml, yaml });
export type Language = 'bash' | 'json' | 'xml' | 'yaml';

/** Longer texts are not coloured, because it takes too long. */
const MAX_LENGTH = 200_000;

type Tree = ReturnType<typeof lowlight.highlight>['children'][number];

export function highlighted(language: Language, text: string): (Node | string)[] {
  if (text.length > MAX_LENGTH) return [text];
  return lowlight.highlight(language, text).children.map(toNode);
}

function toNode(tree: Tree): Node | string {
  if (tree.type === 'text') return tree.value;
  if (tree.type !== 'element') return '';
  const { className } = tree.properties;
  const classes = Array.isArray(className) ? className.join(' ') : '';
  return element('span', { class: classes }, ...tree.children.map(toNode));
}
