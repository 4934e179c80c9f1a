// The domains of an account: their list, and what removes and adds them.
import { addDomainForm, type Kind } from './add-domain.ts';
import { confirmed } from './confirmation.ts';
import { byId, element } from './element.ts';
import { during, showFailure } from './notice.ts';
import { uapi } from './session.ts';

/** A row of DomainInfo::domains_data. */
interface Domain {
  readonly domain: string;
  readonly documentroot: string;
  readonly homedir: string;
  /** The domain that serves it. */
  readonly servername: string;
  readonly type: 'main_domain' | 'addon_domain' | 'parked_domain' | 'sub_domain';
}

const types: Readonly<Record<Domain['type'], string>> = {
  main_domain: 'Main domain',
  addon_domain: 'Addon domain',
  parked_domain: 'Alias',
  sub_domain: 'Subdomain',
};

export function startDomains(): void {
  void new Domains().load();
}

class Domains {
  readonly #list = byId('domains', HTMLDivElement);
  readonly #error = byId('domains-error', HTMLParagraphElement);
  readonly #add = byId('add', HTMLElement);
  readonly #addContent = byId('add-content', HTMLDivElement);

  async load(): Promise<void> {
    try {
      const [domains, { feature }] = await Promise.all([
        uapi<readonly Domain[]>('DomainInfo/domains_data', { format: 'list' }),
        uapi<{ feature: Readonly<Record<string, 0 | 1>> }>('Variables/get_user_information', {
          name: 'feature',
        }),
      ]);
      const has = (name: string) => feature[name] === 1;
      this.#showList(domains, has);
      this.#showForm(domains, has);
    } catch (error) {
      this.#list.replaceChildren();
      showFailure(this.#error, error);
    }
    this.#list.setAttribute('aria-busy', 'false');
  }

  #showList(domains: readonly Domain[], has: (feature: string) => boolean): void {
    const items = domains.map((one) => {
      const { domain, type } = one;
      const address = `http://${domain}/`;
      return element(
        'li',
        {},
        element(
          'div',
          {},
          element('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, domain),
          element('p', { class: 'hint' }, `${types[type]}: `, element('code', {}, folderOf(one))),
        ),
        this.#removeButton(one, domains, has),
      );
    });
    this.#list.replaceChildren(element('ul', { class: 'entries' }, ...items));
  }

  /** The main domain stays, and a subdomain that serves an addon domain is removed with it. */
  #removeButton(
    one: Domain,
    domains: readonly Domain[],
    has: (feature: string) => boolean,
  ): HTMLElement | undefined {
    const { domain, type, servername } = one;
    const removal = removals[type];
    const isNeeded =
      type === 'sub_domain' && domains.some((other) => other !== one && other.servername === domain);
    if (removal === undefined || isNeeded || !has(removal.feature)) return undefined;
    const button = element('button', { type: 'button', class: 'danger quiet small' }, 'Remove');
    button.setAttribute('aria-label', `Remove ${domain}`);
    button.addEventListener('click', () => {
      void during(button, this.#error, async () => {
        const isWanted = await confirmed({
          title: `Remove ${domain}?`,
          text: removal.text,
          action: 'Remove',
        });
        if (!isWanted) return;
        await uapi(removal.call, { domain, ...(type === 'addon_domain' ? { subdomain: servername } : {}) });
        await this.#reload(`${domain} is removed. Its files are kept.`);
      });
    });
    return button;
  }

  #showForm(domains: readonly Domain[], has: (feature: string) => boolean): void {
    const features: Readonly<Record<Kind, string>> = {
      subdomain: 'subdomains',
      alias: 'parkeddomains',
      addon: 'addondomains',
    };
    const kinds = (['subdomain', 'addon', 'alias'] as const).filter((kind) => has(features[kind]));
    this.#add.hidden = kinds.length === 0;
    if (kinds.length === 0) return;
    const parents = domains.filter(({ type }) => type !== 'sub_domain').map(({ domain }) => domain);
    const error = byId('add-error', HTMLParagraphElement);
    const added = (domain: string) => this.#reload(`${domain} is added.`);
    this.#addContent.replaceChildren(addDomainForm({ kinds, parents, error, added }));
  }

  async #reload(notice: string): Promise<void> {
    await this.load();
    byId('notice', HTMLDivElement).replaceChildren(element('p', { class: 'callout good' }, notice));
    byId('main', HTMLElement).focus();
    scrollTo({ top: 0 });
  }
}

interface Removal {
  /** The function of UAPI. */
  readonly call: string;
  readonly feature: string;
  readonly text: string;
}

const removals: Readonly<Partial<Record<Domain['type'], Removal>>> = {
  addon_domain: {
    call: 'AddonDomain/deladdondomain',
    feature: 'addondomains',
    text: 'Its website no longer answers, and its DNS zone is deleted with all its records. The files are kept.',
  },
  parked_domain: {
    call: 'Park/unpark',
    feature: 'parkeddomains',
    text: 'Your website no longer answers under this name, and the DNS zone of the name is deleted with all its records.',
  },
  sub_domain: {
    call: 'SubDomain/delsubdomain',
    feature: 'subdomains',
    text: 'Its website no longer answers. The files are kept.',
  },
};

/** Below the home directory. */
function folderOf({ documentroot, homedir }: Domain): string {
  return documentroot.startsWith(`${homedir}/`) ? documentroot.slice(homedir.length + 1) : documentroot;
}
