// The first page after the login: what there is.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

export function renderOverviewPage(visitor: Visitor, version: string): string {
  const { base, hostname } = visitor;
  const main = html`<h1>${hostname}</h1>
    <p class="lead">WHM API 1, answered by whmapi1 ${version}.</p>
    <ul class="tiles">
      <li>
        <a class="card" href="${base}/two-factor">
          <h2>Two-Factor Authentication</h2>
          <p>Set it up for yourself, make recovery codes, see who has it, and switch the policy.</p>
        </a>
      </li>
      <li>
        <a class="card" href="${base}/api-shell">
          <h2>API Shell</h2>
          <p>Find a function, read its help, call it, and copy the call for a script.</p>
        </a>
      </li>
    </ul>`;
  return renderPage({ name: 'overview', title: 'Overview', main }, visitor);
}
