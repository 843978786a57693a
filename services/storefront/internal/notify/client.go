package notify

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/nicholas-fedor/shoutrrr/pkg/util/jsonclient"
	"github.com/tidwall/gjson"
)

// Several of the library's services send through the process's default client, which
// waits for ever; the only way to their limit is there. It honours HTTP_PROXY and its
// like, as every service of the library but Lark's and Mattermost's own clients does.
func init() {
	http.DefaultClient.Timeout = sendTimeout
	jsonclient.DefaultClient = loud{jsonclient.DefaultClient}
}

// loud makes Telegram's failures known. Its service returns the error that the answer
// describes, and so none at all when there was no answer, or one that is not JSON: an
// alert would count as told while the network is down. Every failure therefore gets
// an answer that describes it.
type loud struct{ jsonclient.Client }

// Post implements jsonclient.Client.
func (l loud) Post(url string, request, response any) error {
	err := l.Client.Post(url, request, response)
	if err == nil && accepted(response) {
		return nil
	}
	if err == nil {
		err = errors.New("not accepted")
	}
	body, marshalErr := json.Marshal(map[string]any{"ok": false, "description": explain(err)})
	if marshalErr != nil {
		return marshalErr
	}
	return jsonclient.Error{Body: string(body)}
}

// accepted reports whether Telegram's answer says so.
func accepted(response any) bool {
	raw, err := json.Marshal(response)
	return err == nil && gjson.GetBytes(raw, "ok").Bool()
}
