// The messages of a call as a list. The lines of a diff, which follow their sentence, are shown together.
import { element } from './element.ts';

/** True if this is a line of a unified diff. */
const DIFF_LINE = /^[-+@ \\]/;

export function planItems(messages: readonly string[]): HTMLElement {
  const items: { sentence: string; diff: string[] }[] = [];
  for (const line of messages) {
    const last = items.at(-1);
    if (last !== undefined && DIFF_LINE.test(line)) last.diff.push(line);
    else items.push({ sentence: line, diff: [] });
  }
  return element(
    'ul',
    {},
    ...items.map(({ sentence, diff }) => element('li', {}, sentence, diff.length > 0 && preOf(diff))),
  );
}

function preOf(diff: readonly string[]): HTMLElement {
  return element('pre', { tabindex: 0, role: 'group', 'aria-label': 'Changes of files' }, diff.join('\n'));
}
