// The frame of the first page after the login. Its script fills it with the state of the server.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

export function renderOverviewPage(visitor: Visitor, version: string): string {
  const { base, hostname } = visitor;
  const main = html`<div class="text-head">
      <h1>${hostname}</h1>
      <button type="button" class="small" id="refresh">Refresh</button>
    </div>
    <p class="lead">whmapi1 ${version}, an open implementation of WHM API 1.</p>
    <p class="callout failure" id="overview-error" role="alert" hidden></p>
    <div id="overview" aria-live="polite" aria-busy="true">
      <p class="hint">Loading the state of the server.</p>
    </div>
    <ul class="tiles">
      <li>
        <a class="card" href="${base}/two-factor">
          <h2>Two-Factor Authentication</h2>
          <p>
            Set it up for yourself, create recovery codes, list the users who have it, and change the policy.
          </p>
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
