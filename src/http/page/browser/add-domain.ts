// The form that adds a domain: a subdomain, an addon domain or an alias.
import { element } from './element.ts';
import { during, hideFailure } from './notice.ts';
import { uapi } from './session.ts';

export type Kind = 'subdomain' | 'addon' | 'alias';

interface Options {
  /** What the account may add. */
  readonly kinds: readonly Kind[];
  /** The domains that can have subdomains. */
  readonly parents: readonly string[];
  readonly error: HTMLElement;
  readonly added: (domain: string) => Promise<void>;
}

const labels: Readonly<Record<Kind, string>> = {
  subdomain: 'Subdomain',
  addon: 'Addon domain',
  alias: 'Alias',
};

const hints: Readonly<Record<Kind, string>> = {
  subdomain: 'A name below one of your domains, such as shop.example.com, with a website of its own.',
  addon: 'Another domain with a website of its own.',
  alias: 'Another domain that shows the website of your main domain.',
};

const plain = { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' } as const;

export function addDomainForm({ kinds, parents, error, added }: Options): HTMLElement {
  const send = element('button', { type: 'submit', class: 'primary' }, 'Add');
  const about = element('p', { class: 'hint' });
  const fields = element('div', { class: 'add-fields' });
  let submit: () => Promise<string>;
  const choose = (kind: Kind) => {
    hideFailure(error);
    about.textContent = hints[kind];
    const { elements, send: own } = forms[kind](parents);
    fields.replaceChildren(...elements);
    submit = own;
  };
  const choices = kinds.map((kind, at) => {
    const radio = element('input', { type: 'radio', name: 'kind', checked: at === 0 });
    radio.addEventListener('change', () => choose(kind));
    return element('label', {}, radio, element('span', {}, labels[kind]));
  });
  const [first = 'subdomain'] = kinds;
  choose(first);
  return element(
    'form',
    {
      class: 'add-domain',
      submit: (event) => {
        event.preventDefault();
        void during(send, error, async () => added(await submit()));
      },
    },
    element(
      'fieldset',
      { class: 'segments' },
      element('legend', { class: 'visually-hidden' }, 'What to add'),
      ...choices,
    ),
    about,
    fields,
    element('div', { class: 'actions' }, send),
  );
}

interface Form {
  readonly elements: readonly HTMLElement[];
  /** Makes the call. @returns the new domain. */
  readonly send: () => Promise<string>;
}

const forms: Readonly<Record<Kind, (parents: readonly string[]) => Form>> = {
  subdomain(parents) {
    const name = textField('new-name', 'Name', 'The part before the domain: shop');
    const parent = element(
      'select',
      { id: 'new-parent' },
      ...parents.map((domain) => element('option', { value: domain }, domain)),
    );
    const folder = folderField();
    return {
      elements: [
        name.element,
        element('div', { class: 'field' }, element('label', { for: parent.id }, 'Below the domain'), parent),
        folder.element,
      ],
      async send() {
        const [domain, rootdomain] = [name.input.value.trim(), parent.value];
        await uapi('SubDomain/addsubdomain', { domain, rootdomain, ...folder.argument() });
        return domain.endsWith(`.${rootdomain}`) ? domain : `${domain}.${rootdomain}`;
      },
    };
  },
  addon() {
    const domain = textField('new-domain', 'Domain', 'The whole name: shop.example');
    const folder = folderField();
    return {
      elements: [domain.element, folder.element],
      async send() {
        const newdomain = domain.input.value.trim();
        // A subdomain of the main domain serves it. Its name has no dots, so it cannot be another domain.
        const subdomain = newdomain.toLowerCase().replaceAll('.', '-');
        await uapi('AddonDomain/addaddondomain', { newdomain, subdomain, ...folder.argument() });
        return newdomain;
      },
    };
  },
  alias() {
    const domain = textField('new-domain', 'Domain', 'The whole name: another.example');
    return {
      elements: [domain.element],
      async send() {
        await uapi('Park/park', { domain: domain.input.value.trim() });
        return domain.input.value.trim();
      },
    };
  },
};

function textField(id: string, label: string, doc: string, isRequired = true) {
  const input = element('input', { id, ...plain, required: isRequired, 'aria-describedby': `${id}-hint` });
  const field = element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    input,
    element('p', { class: 'hint', id: `${id}-hint` }, doc),
  );
  return { input, element: field };
}

function folderField() {
  const doc =
    'Below your home directory: public_html/shop. If you leave it empty, the folder has the name of the domain.';
  const { input, element: field } = textField('new-folder', 'Folder (optional)', doc, false);
  const argument = () => (input.value.trim() === '' ? {} : { dir: input.value.trim() });
  return { element: field, argument };
}
