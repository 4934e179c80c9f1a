// The parts of each interface, in the order of their navigation. A new part of an interface is a row here: the types
// then show what it still lacks, which is its page on the server and its script (`browser/page.ts`).
import type { FeatureId } from '../../capabilities/accounts/rules/features/catalogue.ts';
import type { LoginService } from '../../capabilities/logins/rules/callers.ts';
import { html, type Content } from './html.ts';

export interface Tool {
  /** The name of the page. */
  readonly name: string;
  /** Below the session’s part of the path. */
  readonly path: `/${string}`;
  readonly title: string;
  /** For the navigation, if it differs from the title. */
  readonly label?: Content;
  /** For its tile on the overview. Absent: no tile. */
  readonly about?: string;
  /** An account without this feature does not have the part. */
  readonly feature?: FeatureId;
}

const twoFactor = {
  name: 'two-factor',
  path: '/two-factor',
  title: 'Two-Factor Authentication',
  label: html`Two-Factor<span class="long"> Authentication</span>`,
} as const;

const apiShell = {
  name: 'api-shell',
  path: '/api-shell',
  title: 'API Shell',
  about: 'Find a function, read its help, call it, and copy the call for a script.',
} as const;

export const navigation = {
  whostmgrd: [
    { name: 'overview', path: '/', title: 'Overview' },
    {
      ...twoFactor,
      about:
        'Set it up for yourself, create recovery codes, list the users who have it, and change the policy.',
    },
    apiShell,
  ],
  cpaneld: [
    { name: 'account-overview', path: '/', title: 'Overview' },
    {
      name: 'domains',
      path: '/domains',
      title: 'Domains',
      about:
        'List your domains and their folders, add subdomains, aliases and addon domains, and remove them.',
    },
    {
      ...twoFactor,
      about: 'Require a code from your phone when you log in, and create recovery codes.',
      feature: 'twofactorauth',
    },
    apiShell,
  ],
  // Roundcube has one of its own.
  webmaild: [],
} as const satisfies Readonly<Record<LoginService, readonly Tool[]>>;

export type ToolName<Service extends LoginService = LoginService> =
  (typeof navigation)[Service][number]['name'];

/** The tiles of an overview: the visitor’s other parts. */
export function renderTiles({
  base,
  tools,
}: {
  readonly base: string;
  readonly tools: readonly Tool[];
}): Content {
  return html`<ul class="tiles">
    ${tools.map(
      ({ path, title, about }) =>
        about !== undefined &&
        html`<li>
          <a class="card" href="${base}${path}">
            <h2>${title}</h2>
            <p>${about}</p>
          </a>
        </li>`,
    )}
  </ul>`;
}
