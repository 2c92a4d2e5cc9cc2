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

/**
 * The content of a volume, on its way from the service to the browser.
 *
 * Its length is not known before it is packed. So it is kept until it is whole, as long as a page may wait: then it goes out
 * with its length, and a fault is told on a page, as any other. What takes longer goes out while it comes; where it breaks
 * off then the connection does too, so that no browser takes a part for the whole.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class archive {
    /** @var array Types of the formats that are offered. */
    private const TYPES = ['zip' => 'application/zip', 'tar.gz' => 'application/gzip'];

    /** @var bool Whether anything has been sent to the browser. */
    private bool $isbegun = false;

    /** @var array Headers of the service by name. */
    private array $headers = [];

    /** @var kept_file|null What has come so far. */
    private ?kept_file $kept = null;

    /** @var float When it goes out, whole or not; as microtime. */
    private float $until = 0.0;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page, which keeps what goes wrong. */
        private readonly page $page,
        /** @var string Full name of the volume. */
        private readonly string $volume,
        /** @var string zip or tar.gz */
        private readonly string $format,
    ) {
    }

    /**
     * Sends the archive and ends; returns where there is none, and the page says why.
     */
    public function send(): void {
        if ((string) $this->page->instance->record->host === '') {
            $this->page->warn(get_string('nohost', 'mod_lticontainer'));
            return;
        }
        $which = ['volume' => $this->volume, 'format' => $this->format];
        $command = command::download('volumes/archive', $this->page->at_host() + $which);
        \core_php_time_limit::raise();
        try {
            $client = client::from_settings();
            $this->until = microtime(true) + $client->remaining();
            $client->download($command, $this->take(...));
        } catch (service_exception $fault) {
            if ($this->isbegun) {
                broken_answer::send();
            }
            $this->page->warn($fault->sentence());
            return;
        }
        if (!$this->isbegun) {
            $this->begin($this->kept?->size() ?? 0);
        }
        exit;
    }

    /**
     * Takes some bytes.
     *
     * @param array $headers Headers of the service.
     * @param string $bytes The bytes.
     */
    private function take(array $headers, string $bytes): void {
        if ($this->isbegun) {
            echo $bytes;
            flush();
            return;
        }
        $this->headers = $headers;
        $this->kept ??= new kept_file();
        $this->kept->add($bytes);
        if (microtime(true) >= $this->until) {
            $this->begin(null);
        }
    }

    /**
     * Sends the headers and what has come.
     *
     * @param int|null $length How long the file is; null: that is not known.
     */
    private function begin(?int $length): void {
        $this->isbegun = true;
        // Others of this session need not wait for the file.
        \core\session\manager::write_close();
        while (ob_get_level()) {
            ob_end_clean();
        }
        $named = array_change_key_case($this->headers)['content-disposition'] ?? '';
        $isname = preg_match('/filename="?([A-Za-z0-9_.-]+)/', is_string($named) ? $named : '', $found);
        header('Content-Type: ' . self::TYPES[$this->format]);
        header('Content-Disposition: attachment; filename="' . ($isname ? $found[1] : "volume.$this->format") . '"');
        header('X-Content-Type-Options: nosniff');
        header('Cache-Control: private, no-store');
        header('X-Accel-Buffering: no');
        if ($length !== null) {
            header("Content-Length: $length");
        }
        $this->kept?->send();
        flush();
    }
}
