// The frame of the page for an account’s domains. Its script loads them.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

export function renderDomainsPage(visitor: Visitor): string {
  const main = html`<h1>Domains</h1>
    <p class="lead">
      Each domain shows the website in its folder. An alias shows the website of your main domain.
    </p>
    <section class="card" aria-labelledby="list-title">
      <h2 id="list-title">Your domains</h2>
      <div id="domains" aria-live="polite" aria-busy="true"><p class="hint">Loading the list.</p></div>
      <p class="callout failure" id="domains-error" role="alert" hidden></p>
    </section>
    <section class="card" id="add" aria-labelledby="add-title" hidden>
      <h2 id="add-title">Add a domain</h2>
      <div id="add-content"></div>
      <p class="callout failure" id="add-error" role="alert" hidden></p>
    </section>`;
  return renderPage({ name: 'domains', title: 'Domains', main }, visitor);
}
