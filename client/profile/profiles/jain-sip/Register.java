import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.sip.*;
import javax.sip.address.*;
import javax.sip.header.*;
import javax.sip.message.*;

/**
 * Registers $SIPTRUST_URI, and $SIPTRUST_SECOND_URI if there is one, over TLS and stays to answer requests: Register LOCALPORT.
 * Without arguments it makes a request that goes nowhere and ends, so that the classes which that takes are known.
 */
public class Register implements SipListener {
    private final MessageFactory messages;
    private final HeaderFactory headers;
    private final AddressFactory addresses;
    private final SipProvider provider;
    private final int local;
    private final String proxy;
    private String next; // account to register when the first is done

    public static void main(String[] args) throws Exception {
        if (args.length > 0) {
            Register client = new Register(Integer.parseInt(args[0]), System.getenv("SIPTRUST_PROXY"));
            client.next = System.getenv("SIPTRUST_SECOND_URI");
            client.account(System.getenv("SIPTRUST_URI"));
            return;
        }
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread closer = new Thread(() -> {
                try {
                    nobody.accept().close();
                } catch (Exception e) {
                    // the main thread says what went wrong
                }
            });
            closer.start();
            int local;
            try (ServerSocket free = new ServerSocket(0)) {
                local = free.getLocalPort();
            }
            new Register(local, "").account("sips:alice@localhost:" + nobody.getLocalPort());
        } catch (SipException expected) {
            System.exit(expected.getMessage().contains("sending") ? 0 : 1);
        }
    }

    Register(int local, String proxy) throws Exception {
        this.local = local;
        this.proxy = proxy;
        SipFactory factory = SipFactory.getInstance();
        Properties settings = new Properties();
        settings.setProperty("javax.sip.STACK_NAME", "register");
        settings.setProperty("gov.nist.javax.sip.TLS_CLIENT_PROTOCOLS", "TLSv1.2,TLSv1.3");
        settings.setProperty("gov.nist.javax.sip.TRACE_LEVEL", "0");
        SipStack stack = factory.createSipStack(settings);
        provider = stack.createSipProvider(stack.createListeningPoint("127.0.0.1", local, "tls"));
        provider.addSipListener(this);
        messages = factory.createMessageFactory();
        headers = factory.createHeaderFactory();
        addresses = factory.createAddressFactory();
    }

    /** Registers an address of record where its URI leads, or by the proxy. */
    void account(String uri) throws Exception {
        if (uri == null || uri.isEmpty()) {
            return;
        }
        SipURI registrar = (SipURI) addresses.createURI(uri.replaceFirst(":[^@]*@", ":"));
        SipURI user = addresses.createSipURI("alice", registrar.getHost());
        user.setSecure(true);
        Address account = addresses.createAddress(user);
        SipURI contact = addresses.createSipURI("alice", "127.0.0.1");
        contact.setPort(local);
        contact.setSecure(true);
        List<ViaHeader> vias = new ArrayList<>();
        vias.add(headers.createViaHeader("127.0.0.1", local, "tls", null));
        Request request = messages.createRequest(registrar, Request.REGISTER, provider.getNewCallId(),
            headers.createCSeqHeader(1L, Request.REGISTER), headers.createFromHeader(account, "siptrust"),
            headers.createToHeader(account, null), vias, headers.createMaxForwardsHeader(70));
        request.addHeader(headers.createContactHeader(addresses.createAddress(contact)));
        request.addHeader(headers.createExpiresHeader(60));
        if (proxy != null && !proxy.isEmpty()) {
            SipURI next = (SipURI) addresses.createURI(proxy);
            next.setLrParam();
            request.addHeader(headers.createRouteHeader(addresses.createAddress(next)));
        }
        provider.getNewClientTransaction(request).sendRequest();
    }

    public void processRequest(RequestEvent event) {
        try {
            provider.sendResponse(messages.createResponse(Response.OK, event.getRequest()));
        } catch (Exception e) {
            e.printStackTrace();
        }
    }

    public void processResponse(ResponseEvent event) {
        System.out.println("REGISTER: " + event.getResponse().getStatusCode());
        String uri = next;
        next = null;
        try {
            account(uri);
        } catch (Exception e) {
            e.printStackTrace();
        }
    }

    public void processTimeout(TimeoutEvent event) {}

    public void processIOException(IOExceptionEvent event) {
        System.out.println("no transport to " + event.getHost());
    }

    public void processTransactionTerminated(TransactionTerminatedEvent event) {}

    public void processDialogTerminated(DialogTerminatedEvent event) {}
}
