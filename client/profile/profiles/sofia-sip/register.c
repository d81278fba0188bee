/* Registers $SIPTRUST_URI, and $SIPTRUST_SECOND_URI if there is one, over TLS and
   stays to answer requests: register LOCALPORT TLSDIR RESOLV.CONF */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct agent agent_t;
#define NUA_MAGIC_T agent_t
#define NUA_HMAGIC_T agent_t

#include <sofia-sip/nua.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/sresolv.h>
#include <sofia-sip/su_wait.h>
#include <sofia-sip/tport_tag.h>

struct agent {
	su_root_t *root;
	nua_t *nua;
	char const *next; /* account to register when the first is done; NULL: none */
};

/* account registers a sips:user@server where its URI leads. */
static void account(agent_t *agent, char const *uri)
{
	char const *at = uri ? strchr(uri, '@') : NULL;
	char aor[512], registrar[512];
	nua_handle_t *handle;

	if (at == NULL)
		return;
	snprintf(aor, sizeof aor, "sips:alice@%.*s", (int)strcspn(at + 1, ":;"), at + 1);
	snprintf(registrar, sizeof registrar, "sips:%s", at + 1);
	handle = nua_handle(agent->nua, agent, SIPTAG_FROM_STR(aor), SIPTAG_TO_STR(aor), TAG_END());
	nua_register(handle, NUTAG_REGISTRAR(registrar), SIPTAG_EXPIRES_STR("60"), TAG_END());
}

static void event(nua_event_t e, int status, char const *phrase, nua_t *nua, agent_t *agent,
	nua_handle_t *handle, agent_t *of_handle, sip_t const *sip, tagi_t tags[])
{
	if (e != nua_r_register)
		return;
	printf("REGISTER: %d %s\n", status, phrase);
	fflush(stdout);
	if (status >= 200 && agent->next) { /* one account after the other */
		char const *uri = agent->next;

		agent->next = NULL;
		account(agent, uri);
	}
}

int main(int argc, char *argv[])
{
	agent_t agent = {0};
	char const *proxy = getenv("SIPTRUST_PROXY");
	char bind[64];

	if (argc != 4) {
		fprintf(stderr, "usage: register LOCALPORT TLSDIR RESOLV.CONF\n");
		return 2;
	}
	snprintf(bind, sizeof bind, "sips:127.0.0.1:%s", argv[1]);

	su_init();
	agent.root = su_root_create(&agent);
	agent.nua = nua_create(agent.root, event, &agent,
		NUTAG_URL(NULL),
		NUTAG_SIPS_URL(bind),
		NUTAG_CERTIFICATE_DIR(argv[2]),
		TPTAG_TLS_VERIFY_POLICY(TPTLS_VERIFY_SUBJECTS_OUT),
		SRESTAG_RESOLV_CONF(argv[3]),
		NUTAG_OUTBOUND("no-validate no-options-keepalive"),
		TAG_IF(proxy && *proxy, NUTAG_PROXY(proxy)),
		TAG_END());
	if (agent.nua == NULL) {
		fprintf(stderr, "nua_create failed\n");
		return 1;
	}
	agent.next = getenv("SIPTRUST_SECOND_URI");
	account(&agent, getenv("SIPTRUST_URI"));
	su_root_run(agent.root);
	return 0;
}
