// Asks for confirmation of an action that cannot be undone.
import { element, type Child } from './element.ts';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** Additional information. */
  readonly details?: readonly Child[];
  /** The label of the confirming button. */
  readonly action: string;
}

/** True if the user confirms. Escape cancels. */
export function confirmed({ title, text, details = [], action }: Question): Promise<boolean> {
  const dialog = element(
    'dialog',
    {
      class: 'dangerous',
      role: 'alertdialog',
      'aria-labelledby': 'question-title',
      'aria-describedby': 'question-text',
    },
    element('h2', { id: 'question-title' }, title),
    element('p', { id: 'question-text' }, text),
    ...details,
    element(
      'form',
      { method: 'dialog', class: 'actions' },
      element('button', { value: 'yes', class: 'danger' }, action),
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
