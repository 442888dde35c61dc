/** One line as it came, without its newline. */
export interface RawLine {
  /** Null where it was longer than a line may be; then nothing of it was kept. */
  bytes: Buffer | null;
  /** Bytes, newline left out. */
  size: number;
  /** Where it began, in bytes from the beginning of the stream. */
  position: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Cuts a stream of bytes into lines, however it is split into chunks. Empty lines are left out. */
export class LineSplitter {
  private parts: Buffer[] = [];
  private size = 0;

  /**
   * @param limit bytes of the longest line that is kept
   * @param start position of the first byte
   */
  constructor(
    private readonly limit: number,
    private start = 0,
  ) {}

  /** The lines that end within the chunk. */
  push(chunk: Buffer): RawLine[] {
    const lines: RawLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.keep(chunk.subarray(from, end));
      const line = this.take();
      if (line.size > 0) lines.push(line);
      this.start++;
      from = end + 1;
    }
    this.keep(chunk.subarray(from));
    return lines;
  }

  /** What came after the last newline; undefined if nothing did. */
  end(): RawLine | undefined {
    const line = this.take();
    return line.size > 0 ? line : undefined;
  }

  /** Where the line that is not complete began: everything before it was given. */
  get position(): number {
    return this.start;
  }

  private keep(part: Buffer): void {
    this.size += part.length;
    if (this.size > this.limit) this.parts = [];
    else if (part.length) this.parts.push(part);
  }

  private take(): RawLine {
    const { size, start: position } = this;
    const bytes = size > this.limit ? null : withoutReturn(Buffer.concat(this.parts));
    this.parts = [];
    this.size = 0;
    this.start += size;
    return { bytes, size: bytes?.length ?? size, position };
  }
}

const withoutReturn = (bytes: Buffer): Buffer => (bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes);
