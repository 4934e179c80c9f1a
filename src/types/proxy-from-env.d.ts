declare module 'proxy-from-env' {
  /** Returns the proxy that HTTPS_PROXY, NO_PROXY and similar variables set for a URL. Empty if there is none. */
  export function getProxyForUrl(url: string): string;
}
