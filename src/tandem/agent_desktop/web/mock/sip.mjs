// Just enough of a SIP registrar and caller for a page to register and to be rung. There is no media behind it.

const crlf = "\r\n";

function parse(text) {
  const [head, body = ""] = text.split(crlf + crlf);
  const [start, ...lines] = head.split(crlf);
  const headers = {};
  const vias = [];
  for (const line of lines) {
    const at = line.indexOf(":");
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (name === "via" || name === "v") vias.push(value);
    headers[name] = value;
  }
  return { start, headers, vias, body };
}

const sdp = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE audio-0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 8 101",
  "c=IN IP4 127.0.0.1",
  "a=ice-ufrag:mock",
  "a=ice-pwd:0123456789012345678901234567",
  "a=candidate:1 1 UDP 2130706431 127.0.0.1 18499 typ host",
  "a=fingerprint:sha-256 " + Array.from({ length: 32 }, () => "AB").join(":"),
  "a=setup:actpass",
  "a=mid:audio-0",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:101 telephone-event/8000",
  "a=fmtp:101 0-16",
  "a=sendrecv",
  "a=rtcp-mux",
  "",
].join(crlf);

export function serveSip(socket, phones, onEvent) {
  let contact = null;
  let call = null;
  const send = (lines, body = "") =>
    socket.send([...lines, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join(crlf));
  const reply = (request, status, extra = [], body = "") =>
    send(
      [
        `SIP/2.0 ${status}`,
        ...request.vias.map((via) => `Via: ${via}`),
        `From: ${request.headers.from}`,
        `To: ${request.headers.to}${request.headers.to.includes("tag=") ? "" : ";tag=mock"}`,
        `Call-ID: ${request.headers["call-id"]}`,
        `CSeq: ${request.headers.cseq}`,
        ...extra,
      ],
      body,
    );
  const ask = (method, extra = [], body = "") => {
    if (!contact || !call) return;
    call.cseq += method === "ACK" || method === "CANCEL" ? 0 : 1;
    send(
      [
        `${method} ${contact} SIP/2.0`,
        `Via: SIP/2.0/WS mock.invalid;branch=z9hG4bK${method === "ACK" ? Math.random() : call.branch}`,
        "Max-Forwards: 70",
        `From: "Caller" <sip:caller@mock.invalid>;tag=${call.tag}`,
        `To: <${contact}>${call.toTag ? `;tag=${call.toTag}` : ""}`,
        `Call-ID: ${call.id}`,
        `CSeq: ${call.cseq} ${method}`,
        "Contact: <sip:mock@mock.invalid;transport=ws>",
        ...extra,
      ],
      body,
    );
  };
  const phone = {
    ring() {
      call = { id: `mock-${Date.now()}`, tag: String(Math.random()).slice(2), branch: String(Math.random()).slice(2), cseq: 0, toTag: null };
      ask("INVITE", ["Content-Type: application/sdp"], sdp);
    },
    end() {
      if (!call) return;
      if (call.toTag && call.answered) {
        call.branch = String(Math.random()).slice(2);
        ask("BYE");
      } else ask("CANCEL");
      call = null;
    },
  };
  phones.add(phone);
  socket.on("close", () => phones.delete(phone));
  socket.on("message", (data) => {
    const message = parse(String(data));
    if (!message.start.startsWith("SIP/2.0")) {
      const method = message.start.split(" ")[0];
      if (method === "REGISTER") {
        contact = /<([^>]+)>/.exec(message.headers.contact)?.[1] ?? null;
        reply(message, "200 OK", [`Contact: ${message.headers.contact};expires=120`]);
      } else if (method === "INVITE") {
        const direction = /a=(sendonly|inactive|sendrecv)/.exec(message.body)?.[1];
        reply(message, "200 OK", ["Contact: <sip:mock@mock.invalid;transport=ws>", "Content-Type: application/sdp"], sdp.replace("a=sendrecv", direction === "sendonly" ? "a=recvonly" : "a=sendrecv").replace("actpass", "passive"));
        onEvent(direction === "sendrecv" ? "retrieved" : "held");
      } else if (method !== "ACK") {
        reply(message, "200 OK");
        if (method === "BYE" && message.headers["call-id"] === call?.id) {
          call = null;
          onEvent("bye");
        }
      }
      return;
    }
    const status = Number(message.start.split(" ")[1]);
    if (message.headers["call-id"] !== call?.id || !message.headers.cseq.endsWith("INVITE") || status < 180) return;
    call.toTag = /tag=([^;]+)/.exec(message.headers.to)?.[1] ?? null;
    if (status >= 200) ask("ACK");
    if (status >= 200 && status < 300) {
      call.answered = true;
      onEvent("answered");
    } else if (status >= 300) {
      call = null;
      onEvent("declined");
    }
  });
}
