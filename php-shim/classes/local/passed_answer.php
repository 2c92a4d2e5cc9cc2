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

/**
 * What came back for a request that was handed on with records in it, perhaps.
 *
 * A proxy, or another site at the service's address, answers as well, and mostly with HTTP 200. So only what has the form of
 * the service's own answers counts as one; after anything else the records would be lost.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class passed_answer {
    /** @var string What the service says of a token that it does not know. */
    public const UNKNOWN_TOKEN = 'invalidtoken';

    /** @var string[] What the service says when sending the same again may help. */
    private const LATER = [
        'serviceunavailable', 'internalerror', 'rejectlimit', 'requesttoolarge', 'sitemaintenance', 'busy',
    ];

    /** @var string[] What the service says of what it does not take, and does not keep either. */
    private const REFUSED = [
        self::UNKNOWN_TOKEN, 'accessexception', 'wsaccessuserdeleted', 'wsaccessuserunconfirmed', 'wsaccessusersuspended',
        'wsaccessusernologin', 'invalidrecord', 'unsupportedmedia', 'methodnotallowed',
    ];

    /** @var string[] What the service says of what it keeps, or of what nobody wants to be kept. */
    private const DONE = ['recordrejected', 'invalidparameter', 'malformedrequest'];

    /**
     * Constructor.
     */
    public function __construct(
        /** @var response What came. */
        private readonly response $response,
        /** @var bool Whether the request may have held records. */
        private readonly bool $isofrecords,
    ) {
    }

    /**
     * Tells why the service has not done with the request.
     *
     * @return service_exception|null Null where it has.
     */
    public function fault(): ?service_exception {
        $code = $this->code();
        if (in_array($code, self::LATER, true)) {
            return new service_refused($code, $code);
        }
        // What stores no records is not kept either, so nothing depends on which of its errors are known here.
        $isfinal = in_array($code, [...self::REFUSED, ...self::DONE], true) || ($code !== '' && !$this->isofrecords);
        if ($this->response->status === 200 && ($isfinal || $this->is_result())) {
            return null;
        }
        return client::by_a_stranger($this->response);
    }

    /**
     * Tells with which code the service has refused records without keeping them.
     *
     * @return string Empty where it has taken them.
     */
    public function refusal(): string {
        $code = $this->code();
        return in_array($code, self::REFUSED, true) ? $code : '';
    }

    /**
     * Reads the code of an error.
     *
     * @return string Empty where it is none.
     */
    private function code(): string {
        $code = $this->response->json()['errorcode'] ?? '';
        if (!$this->is_xml()) {
            return is_string($code) ? $code : '';
        }
        $rest = '<EXCEPTION [^>]*>\s*<ERRORCODE>(\w+)</ERRORCODE>';
        $xmlrpc = '<methodResponse>\s*<fault>.*?<name>faultString</name>\s*<value><string>(\w+): ';
        return preg_match('~^\s*<\?xml [^>]*>\s*(?|' . "$rest|$xmlrpc)~s", $this->response->body, $found) ? $found[1] : '';
    }

    /**
     * Tells whether it has the form of a result.
     *
     * @return bool
     */
    private function is_result(): bool {
        if (!$this->is_xml()) {
            // Who stores records is told nothing; in JSON nothing else shows that it was the service that said it.
            $answer = $this->response->json();
            return $answer === [] || ($answer !== null && !$this->isofrecords);
        }
        $forms = '<RESPONSE>.*</RESPONSE>|<methodResponse>\s*<params>.*</params>\s*</methodResponse>';
        return (bool) preg_match('~^\s*<\?xml [^>]*>\s*(' . $forms . ')\s*$~s', $this->response->body);
    }

    /**
     * Tells whether it says that it is XML.
     *
     * @return bool
     */
    private function is_xml(): bool {
        return in_array($this->response->type, ['application/xml', 'text/xml'], true);
    }
}
