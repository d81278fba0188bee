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
 * Registers alice at HOST:PORT over TLS and stays to answer requests: Register HOST PORT LOCALPORT. Without arguments it
 * makes a request that goes nowhere and ends, so that the classes which that takes are known.
 */
public class Register implements SipListener {
    private final MessageFactory messages;
    private final SipProvider provider;

    public static void main(String[] args) throws Exception {
        if (args.length > 0) {
            new Register(args[0], Integer.parseInt(args[1]), Integer.parseInt(args[2]));
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
            new Register("localhost", nobody.getLocalPort(), local);
        } catch (SipException expected) {
            System.exit(expected.getMessage().contains("sending") ? 0 : 1);
        }
    }

    Register(String host, int port, int local) throws Exception {
        SipFactory factory = SipFactory.getInstance();
        Properties settings = new Properties();
        settings.setProperty("javax.sip.STACK_NAME", "register");
        settings.setProperty("gov.nist.javax.sip.TLS_CLIENT_PROTOCOLS", "TLSv1.2,TLSv1.3");
        settings.setProperty("gov.nist.javax.sip.TRACE_LEVEL", "0");
        SipStack stack = factory.createSipStack(settings);
        provider = stack.createSipProvider(stack.createListeningPoint("127.0.0.1", local, "tls"));
        provider.addSipListener(this);
        messages = factory.createMessageFactory();
        HeaderFactory headers = factory.createHeaderFactory();
        AddressFactory addresses = factory.createAddressFactory();

        Address user = addresses.createAddress(addresses.createSipURI("alice", host));
        SipURI registrar = addresses.createSipURI(null, host);
        registrar.setPort(port);
        registrar.setTransportParam("tls");
        SipURI contact = addresses.createSipURI("alice", "127.0.0.1");
        contact.setPort(local);
        contact.setTransportParam("tls");
        List<ViaHeader> vias = new ArrayList<>();
        vias.add(headers.createViaHeader("127.0.0.1", local, "tls", null));
        Request request = messages.createRequest(registrar, Request.REGISTER, provider.getNewCallId(),
            headers.createCSeqHeader(1L, Request.REGISTER), headers.createFromHeader(user, "siptrust"),
            headers.createToHeader(user, null), vias, headers.createMaxForwardsHeader(70));
        request.addHeader(headers.createContactHeader(addresses.createAddress(contact)));
        request.addHeader(headers.createExpiresHeader(60));
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
    }

    public void processTimeout(TimeoutEvent event) {}

    public void processIOException(IOExceptionEvent event) {
        System.out.println("no transport to " + event.getHost());
    }

    public void processTransactionTerminated(TransactionTerminatedEvent event) {}

    public void processDialogTerminated(DialogTerminatedEvent event) {}
}
