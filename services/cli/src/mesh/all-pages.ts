import type { ApiClient } from './api-client.js';

interface Page<T> {
  items: T[];
  next: string | null;
}

/** The entries of a list of the api, page by page. @param path with parameters, if any, but without limit and cursor */
export async function* allPages<T>(api: ApiClient, path: string): AsyncGenerator<T[]> {
  const list = `${path}${path.includes('?') ? '&' : '?'}limit=1000`;
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<T> = await api.call(
      'GET',
      `${list}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    yield page.items;
    cursor = page.next;
  }
}
