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

/**
 * Whom the records of a call name, and of which sessions they are, as far as that can be read.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class call_names {
    /** @var string What kernels report that know no user. */
    private const NOBODY = 'username';

    /**
     * Constructor.
     */
    private function __construct(
        /** @var string[] User names, as kernels report them; each once. */
        public readonly array $usernames,
        /** @var string[] Ids of Jupyter sessions; each once. */
        public readonly array $sessions,
    ) {
    }

    /**
     * Reads a call.
     *
     * @param string $arguments Its arguments, as the queue has them.
     * @return self
     */
    public static function of(string $arguments): self {
        $call = (array) json_decode($arguments, true);
        $values = isset($call['body']) ? self::of_body((string) $call['body']) : self::of_structs($call);
        $usernames = array_diff($values['username'], ['', self::NOBODY]);
        return new self(array_values(array_unique($usernames)), array_values(array_unique(array_diff($values['session'], ['']))));
    }

    /**
     * Tells whether the records are, or may be, a person's: they name the person, or nobody and are of a session of theirs.
     *
     * @param string $username User name of the person.
     * @param string[] $sessions Sessions of the person.
     * @return bool
     */
    public function are_of(string $username, array $sessions): bool {
        if ($this->usernames) {
            return in_array($username, $this->usernames, true);
        }
        return array_intersect($this->sessions, $sessions) !== [];
    }

    /**
     * Reads lists of records.
     *
     * @param array $lists Lists of structs.
     * @return string[][] Values of username and of session.
     */
    private static function of_structs(array $lists): array {
        $records = array_filter(array_merge(...array_values(array_map(fn($list) => (array) $list, $lists))), 'is_array');
        $values = fn(string $name) => array_map('strval', array_filter(array_column($records, $name), 'is_scalar'));
        return ['username' => $values('username'), 'session' => $values('session')];
    }

    /**
     * Reads the body of a request: a form, or XML of XML-RPC.
     *
     * @param string $encoded The body in Base64.
     * @return string[][] Values of username and of session.
     */
    private static function of_body(string $encoded): array {
        $body = (string) base64_decode($encoded, true);
        $values = ['username' => [], 'session' => []];
        // It is read in both ways, as senders don't always encode what they send. Not with parse_str, which stops at PHP's
        // max_input_vars.
        foreach (explode('&', $body) as $part) {
            [$name, $value] = array_map('urldecode', explode('=', $part, 2) + ['', '']);
            if (preg_match('/\[(username|session)\]$/D', $name, $found)) {
                $values[$found[1]][] = $value;
            }
        }
        $member = '~<name>\s*(username|session)\s*</name>\s*<value>\s*(?:<string>)?([^<]*)~';
        preg_match_all($member, $body, $members, PREG_SET_ORDER);
        foreach ($members as [, $name, $value]) {
            $values[$name][] = trim(html_entity_decode($value, ENT_QUOTES | ENT_XML1, 'UTF-8'));
        }
        return $values;
    }
}
