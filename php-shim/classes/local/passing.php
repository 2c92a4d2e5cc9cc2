<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;
use mod_lticontainer\local\exception\service_unavailable;

/**
 * A request of a proxy with the token of an activity, which goes on to the service as it is.
 *
 * The service decides about it. Where the service is away the request is kept, if Moodle itself has given this token to
 * the activity that it is for; so nobody else can fill the queue.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class passing {
    /** @var string What stands in the queue in the place of a function. */
    public const QUEUED = 'passing';

    /** @var string What stands in the place of the service's code where a refusal (HTTP 4xx) carries none of these. */
    public const REFUSED = 'requestrefused';

    /** @var string Moodle's script for REST. */
    private const REST = '/webservice/rest/server.php';

    /** @var string Moodle's script for XML-RPC. */
    private const XMLRPC = '/webservice/xmlrpc/server.php';

    /** @var int Longest body, in bytes. */
    private const LONGEST = 1048576;

    /** @var int Seconds that a request waits for the service; it takes milliseconds when it is well. */
    private const SECONDS = 3;

    /** @var string[] What the service says when sending the same again may help. */
    private const LATER = [
        'serviceunavailable', 'internalerror', 'rejectlimit', 'requesttoolarge', 'sitemaintenance', 'busy',
    ];

    /** @var string[] What the service says when sending the same again is of no use. */
    private const FINAL = [
        'invalidtoken', 'accessexception', 'wsaccessuserdeleted', 'wsaccessuserunconfirmed', 'wsaccessusersuspended',
        'wsaccessusernologin', 'invalidrecord', 'invalidparameter', 'malformedrequest', 'unsupportedmedia',
        'methodnotallowed', 'recordrejected',
    ];

    /** @var string[] Functions that store records. */
    private const WRITERS = ['mod_lticontainer_write_nblogs', 'mod_lticontainer_write_nbdata', 'mod_mdlds_write_nbdata'];

    /** @var string[] Names that REST takes from the query or from the body. */
    private const NAMES = ['wstoken', 'wsfunction', 'moodlewsrestformat'];

    /**
     * Constructor.
     *
     * @param string $script Which of Moodle's scripts is meant.
     * @param string[] $query What the query holds of NAMES.
     * @param string $type Content type.
     * @param string $body The body.
     */
    public function __construct(
        private readonly string $script,
        private readonly array $query,
        private readonly string $type,
        private readonly string $body,
    ) {
    }

    /**
     * Reads the request in hand.
     *
     * @return self
     */
    public static function from_request(): self {
        $script = preg_replace('~/+~', '/', (string) get_file_argument());
        $query = [];
        foreach (self::NAMES as $name) {
            $value = optional_param($name, null, PARAM_ALPHANUMEXT);
            if ($value !== null) {
                $query[$name] = $value;
            }
        }
        // Names of headers come in small letters or capitals, as the sender and the web server write them.
        $type = (string) (array_change_key_case(getallheaders())['content-type'] ?? '');
        return new self($script, $query, $type, (string) file_get_contents('php://input', false, null, 0, self::LONGEST + 1));
    }

    /**
     * Hands the request on, or keeps it.
     *
     * @return response What the proxy is told.
     */
    public function answer(): response {
        $isreadable = strlen($this->body) <= self::LONGEST && !$this->is_multipart();
        if (!in_array($this->script, [self::REST, self::XMLRPC], true) || !$isreadable) {
            return new response(400, 'text/plain', 'Bad request');
        }
        $circuit = new circuit();
        $response = $circuit->may_try() ? $this->try_to_send($circuit) : null;
        if ($response) {
            return $response;
        }
        if (!$this->holds_records() || !$this->is_of_an_activity()) {
            return new response(503, 'text/plain', 'Service unavailable');
        }
        queue::add(queue::RECORDS, self::QUEUED, [
            'script' => $this->script,
            'query' => $this->query,
            'type' => $this->type,
            'body' => base64_encode($this->body),
        ]);
        return $this->done();
    }

    /**
     * Tells whether PHP has read the body itself and left nothing of it. Without its records the service would take it.
     *
     * @return bool
     */
    private function is_multipart(): bool {
        return str_starts_with(strtolower(ltrim($this->type)), 'multipart/form-data');
    }

    /**
     * Sends a request that has waited.
     *
     * @param array $arguments What the queue holds.
     * @param client $client The service.
     * @throws service_exception The service has not done with it, and why.
     */
    public static function send_again(array $arguments, client $client): void {
        $body = (string) base64_decode($arguments['body'], true);
        $passing = new self($arguments['script'], $arguments['query'], $arguments['type'], $body);
        $passing->deliver($client);
    }

    /**
     * Sends the request now.
     *
     * @param circuit $circuit Remembers what happens.
     * @return response|null The service's answer; null where it has not taken the request.
     */
    private function try_to_send(circuit $circuit): ?response {
        try {
            $response = $this->deliver(client::in_background(self::SECONDS));
        } catch (service_exception $fault) {
            $circuit->failed($fault);
            return null;
        }
        $circuit->good();
        return $response;
    }

    /**
     * Sends the request.
     *
     * @param client $client The service.
     * @return response Its answer, whatever it says.
     * @throws service_exception It has not done with it, and why.
     */
    private function deliver(client $client): response {
        $response = $this->send($client);
        $fault = $this->fault($response);
        if ($fault) {
            throw $fault;
        }
        return $response;
    }

    /**
     * Sends the request, and returns whatever came.
     *
     * @param client $client The service.
     * @return response
     * @throws service_exception
     */
    private function send(client $client): response {
        if ($this->script === self::XMLRPC) {
            // There the token has no other place.
            return $client->pass($this->script . '?' . http_build_query($this->query, '', '&'), $this->type, $this->body);
        }
        $missing = http_build_query(array_diff_key($this->query, $this->names_in_body()), '', '&');
        return $client->pass($this->script, $this->type, implode('&', array_filter([$missing, $this->body])));
    }

    /**
     * Tells which names the body of a form has itself.
     *
     * @return array The names, as keys.
     */
    private function names_in_body(): array {
        $names = array_map(fn(string $part) => urldecode(explode('=', $part, 2)[0]), explode('&', $this->body));
        return array_flip(array_intersect(self::NAMES, $names));
    }

    /**
     * Tells whether the request may hold records. In XML-RPC the name of the function stands in the body, which only the
     * service reads.
     *
     * @return bool
     */
    private function holds_records(): bool {
        return $this->script === self::XMLRPC || in_array($this->query['wsfunction'] ?? '', self::WRITERS, true);
    }

    /**
     * Tells whether the token is the one that Moodle keeps in the parameters of its activity.
     *
     * @return bool
     */
    private function is_of_an_activity(): bool {
        global $DB;
        $token = (string) ($this->query['wstoken'] ?? '');
        if (!preg_match('/^[0-9a-f]{64}$/D', $token)) {
            return false;
        }
        // The ids of instance and activity stand in front, 16 digits each; the code behind them can't be guessed.
        $id = hexdec(substr($token, 16, 16));
        $text = is_int($id) ? (string) $DB->get_field('lti', 'instructorcustomparameters', ['id' => $id]) : '';
        return hash_equals(system_lines::token($text), $token);
    }

    /**
     * Tells why the service has not done with the request.
     *
     * A proxy, or another site at this address, answers as well, and mostly with HTTP 200. So only what has the form of
     * the service's own answers counts as one; after anything else the records would be lost.
     *
     * @param response $response What came.
     * @return service_exception|null Null where the service has done with it.
     */
    private function fault(response $response): ?service_exception {
        $code = self::code($response);
        if (in_array($code, self::LATER, true)) {
            return new service_refused($code, $code);
        }
        // What stores no records is not kept either, so nothing depends on which of its errors are known here.
        $isfinal = in_array($code, self::FINAL, true) || ($code !== '' && !$this->holds_records());
        if ($response->status === 200 && ($isfinal || $this->is_result($response))) {
            return null;
        }
        $what = "HTTP $response->status, $response->type";
        if ($response->status >= 400 && $response->status < 500) {
            return new service_refused(self::REFUSED, $what);
        }
        $reason = $response->status >= 500 ? service_unavailable::FAILED : service_unavailable::NONSENSE;
        return new service_unavailable($reason, $what);
    }

    /**
     * Reads the code of an error.
     *
     * @param response $response What came.
     * @return string Empty where it is none.
     */
    private static function code(response $response): string {
        $code = $response->json()['errorcode'] ?? '';
        if (!self::is_xml($response)) {
            return is_string($code) ? $code : '';
        }
        $rest = '<EXCEPTION [^>]*>\s*<ERRORCODE>(\w+)</ERRORCODE>';
        $xmlrpc = '<methodResponse>\s*<fault>.*?<name>faultString</name>\s*<value><string>(\w+): ';
        return preg_match('~^\s*<\?xml [^>]*>\s*(?|' . "$rest|$xmlrpc)~s", $response->body, $found) ? $found[1] : '';
    }

    /**
     * Tells whether an answer has the form of a result.
     *
     * @param response $response What came.
     * @return bool
     */
    private function is_result(response $response): bool {
        if (!self::is_xml($response)) {
            // Who stores records is told nothing; in JSON nothing else shows that it was the service that said it.
            $answer = $response->json();
            return $answer === [] || ($answer !== null && !$this->holds_records());
        }
        $forms = '<RESPONSE>.*</RESPONSE>|<methodResponse>\s*<params>.*</params>\s*</methodResponse>';
        return (bool) preg_match('~^\s*<\?xml [^>]*>\s*(' . $forms . ')\s*$~s', $response->body);
    }

    /**
     * Tells whether an answer says that it is XML.
     *
     * @param response $response What came.
     * @return bool
     */
    private static function is_xml(response $response): bool {
        return in_array($response->type, ['application/xml', 'text/xml'], true);
    }

    /**
     * Returns what the service would say of records that it has stored.
     *
     * @return response
     */
    private function done(): response {
        if ($this->script === self::XMLRPC) {
            $value = '<param><value><struct></struct></value></param>';
            $text = "<?xml version='1.0'?><methodResponse><params>$value</params></methodResponse>";
            return new response(200, 'text/xml', $text);
        }
        if (($this->query['moodlewsrestformat'] ?? '') === 'json') {
            return new response(200, 'application/json', '[]');
        }
        $lines = ['<?xml version="1.0" encoding="UTF-8" ?>', '<RESPONSE>', '<SINGLE>', '</SINGLE>', '</RESPONSE>', ''];
        return new response(200, 'application/xml', implode("\n", $lines));
    }
}
