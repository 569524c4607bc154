import { ServerConnection } from '@jupyterlab/services';
import { Client, queryString } from '../client';

function client(answer: () => Response, asked: Request[] = []): Client {
  return new Client(
    ServerConnection.makeSettings({
      baseUrl: 'http://here/base/',
      fetch: async (request: RequestInfo | URL) => {
        asked.push(request as Request);
        return answer();
      }
    })
  );
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

describe('Client', () => {
  it('asks below the server’s base URL, with every part of a path escaped', async () => {
    const asked: Request[] = [];
    await client(() => json({}), asked).executedNotebook('last', 'a/../b', 'my notes/ü.ipynb');
    expect(asked[0].url).toMatch(
      /^http:\/\/here\/base\/millstream\/api\/runs\/last\/steps\/a%2F..%2Fb\/notebook\?notebook=my\+notes%2F%C3%BC.ipynb/
    );
  });

  it('throws the server’s own words', async () => {
    const refuse = client(() =>
      json({ code: 'MS004', message: 'Refused.', hint: 'Do this.' }, 422)
    );
    await expect(refuse.check('a.ipynb')).rejects.toMatchObject({
      status: 422,
      code: 'MS004',
      message: 'Refused.',
      hint: 'Do this.'
    });
  });

  it('makes do with a page that is not JSON', async () => {
    const proxy = client(() => new Response('<html>', { status: 502, statusText: 'Bad Gateway' }));
    await expect(proxy.version()).rejects.toMatchObject({ status: 502, message: 'Bad Gateway' });
  });

  it('says when the server cannot be reached', async () => {
    const gone = client(() => {
      throw new TypeError('Failed to fetch');
    });
    await expect(gone.version()).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('takes an answer without a body', async () => {
    await expect(
      client(() => new Response(null, { status: 204 })).cancelJob('j')
    ).resolves.toBeUndefined();
  });
});

describe('queryString', () => {
  it('repeats lists and leaves out what is not there', () => {
    expect(queryString({ run: ['a', 'b'], cursor: null, filter: '', limit: 3 })).toBe(
      '?run=a&run=b&limit=3'
    );
    expect(queryString({})).toBe('');
  });
});
