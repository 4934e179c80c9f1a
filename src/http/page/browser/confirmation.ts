// A question before something that cannot be taken back.
import { element } from './element.ts';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that goes on: the deed. */
  readonly deed: string;
}

/** True when the person wants it. Escape is a no. */
export function confirmed({ title, text, deed }: Question): Promise<boolean> {
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'question-title', 'aria-describedby': 'question-text' },
    element('h2', { id: 'question-title' }, title),
    element('p', { id: 'question-text' }, text),
    element(
      'form',
      { method: 'dialog', class: 'actions' },
      element('button', { value: 'yes', class: 'danger' }, deed),
      element('button', { value: 'no', autofocus: true }, 'Cancel'),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      answer(dialog.returnValue === 'yes');
    });
  });
}
