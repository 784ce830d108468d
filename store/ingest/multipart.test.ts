import { splitMultipart } from './multipart';

const limits = { bodyBytes: 1e6, partBytes: 1e6, decompressedBytes: 1e6, parts: 8, labels: 8, labelValueBytes: 100 };
const contentType = 'multipart/form-data; boundary=b';
const form = '--b\r\nContent-Disposition: form-data; name="a"; filename="x.pprof"\r\n\r\n0123456789\r\n--b--\r\n';
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const waitingImmediates = () => process.getActiveResourcesInfo().filter((name) => name === 'Immediate').length;

test('leaves nothing behind that a busy worker, whose event loop makes no turn, would keep with the body', async () => {
  const before = waitingImmediates();
  for (let upload = 0; upload < 20; upload++) {
    const [part] = await splitMultipart(bytesOf(form), contentType, limits);
    expect(Buffer.from(part.bytes).toString()).toBe('0123456789');
  }
  expect(waitingImmediates()).toBe(before);
});

test('refuses a form that breaks off inside a part', async () => {
  await expect(splitMultipart(bytesOf(form.slice(0, 80)), contentType, limits)).rejects.toThrow();
});
