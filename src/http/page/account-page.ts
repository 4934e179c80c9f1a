// The overview of an account: its domains.
import type { UapiAnswer } from '../../model/account-apis/answers.ts';
import { html, type Html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

/** The data of DomainInfo::list_domains. */
interface Domains {
  readonly main_domain: string;
  readonly addon_domains: readonly string[];
  readonly parked_domains: readonly string[];
  readonly sub_domains: readonly string[];
}

export function renderAccountPage(visitor: Visitor, domains: UapiAnswer): string {
  const main = html`<h1>Overview</h1>
    <section class="card" aria-labelledby="domains-title">
      <h2 id="domains-title">Domains</h2>
      ${
        domains.errors === null
          ? renderDomains(domains.data as unknown as Domains)
          : html`<p class="callout failure">${domains.errors[0]}</p>`
      }
    </section>`;
  return renderPage({ name: 'account', title: 'Overview', main }, visitor);
}

function renderDomains(domains: Domains): Html {
  const rows = [
    ['Main domain', [domains.main_domain]],
    ['Addon domains', domains.addon_domains],
    ['Aliases', domains.parked_domains],
    ['Subdomains', domains.sub_domains],
  ] as const;
  return html`<dl>
    ${rows
      .filter(([, names]) => names.length > 0)
      .map(
        ([label, names]) =>
          html`<dt>${label}</dt>
            ${names.map((name) => html`<dd>${name}</dd>`)}`,
      )}
  </dl>`;
}
